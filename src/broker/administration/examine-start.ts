import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { quoteWord } from '../../model/quote-word.js';
import { ok, warn, type Finding } from './finding.js';

/** Linux's one line of a processor's kind and features. */
const PROCESSOR = '/sys/devices/system/cpu/modalias';

/** How a run starts in this installation: from its snapshot where the launcher takes that, which asks the same of what it was made for (docs/decisions/0007-start.md). */
export function examineStart(installation: string): Finding {
  const dist = join(installation, 'dist');
  if (!existsSync(join(dist, 'run.snapshot'))) return ok('start', 'a run starts from its bundle: there is no snapshot of this Node here');
  const why = refuseSnapshot(dist);
  if (why === null) return ok('start', 'a run starts from its snapshot');
  return warn('start', `a run takes longer to start than it could: ${why}`, `cd ${quoteWord(installation)} && npm run build`);
}

/** Why the launcher does not start from the snapshot beside it. */
function refuseSnapshot(dist: string): string | null {
  try {
    const launcher = readFileSync(join(dist, 'outloop'), 'utf8');
    const [at, node, processor] = ['at', 'node', 'processor'].map((name) => readVariable(launcher, name));
    if (at === undefined || node === undefined || !isSame(join(at, 'dist/outloop'), join(dist, 'outloop')))
      return 'outloop was moved since it was built';
    if (!isExecutable(node)) return `${node}, for which it was built, is not there`;
    if (timeOf(node) !== timeOf(join(dist, 'node.stamp'))) return `${node} was replaced since outloop was built`;
    return readFileSync(PROCESSOR, 'utf8').split('\n')[0] === processor ? null : 'the processor is another one';
  } catch {
    return 'what it was built for cannot be read';
  }
}

/** A variable as the launcher sets it, in single quotes. */
function readVariable(launcher: string, name: string): string | undefined {
  return new RegExp(`^outloop_${name}='(.*)'$`, 'm').exec(launcher)?.[1]?.replaceAll(`'\\''`, "'");
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return first !== undefined && first.dev === second?.dev && first.ino === second.ino;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function timeOf(path: string): bigint {
  return statSync(path, { bigint: true }).mtimeNs;
}
