// Many runs at once: none fails, every record is there, and the chain holds.
import { runProcess } from './process.mjs';

/** Starts `count` runs at the same moment. Gives what is wrong, nothing where all is well, and how long it took. */
export async function runAtOnce(home, alias, count) {
  const started = Date.now();
  const codes = await Promise.all(Array.from({ length: count }, () => runProcess(home.command(alias))));
  const elapsedMs = Date.now() - started;
  const records = home
    .type(['audit', 'export', '--format', 'jsonl'])
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const runsOf = (type) => new Set(records.filter((record) => record.type === type).map(({ run }) => run)).size;
  const verdict = home.type(['audit', 'verify']).trim();
  const wrong = [
    codes.some((code) => code !== 0) ? `${codes.filter((code) => code !== 0).length} runs failed` : null,
    runsOf('intent') !== count ? `${runsOf('intent')} intents on record` : null,
    runsOf('result') !== count ? `${runsOf('result')} results on record` : null,
    verdict.includes('intact') ? null : verdict,
  ].filter((fault) => fault !== null);
  return { wrong, elapsedMs, verdict };
}
