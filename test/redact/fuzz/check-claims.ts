import type { ByteFilter, Pieces } from '../../../src/model/byte-filter.js';
import { createRedactor, type Redactor } from '../../../src/redact/redactor.js';
import { MAX_HELD } from '../../../src/redact/scanner.js';
import { openWasmFilter } from './open-wasm-filter.js';
import { readScenario, type Scenario } from './scenario.js';
import { FOREIGN, openSearcher, type Searcher } from './survivors.js';
import type { Subject } from './subjects.js';

const NAMES = ['k0', 'k1'];
const MARK = /\[redacted:k[01]\]/g;
/** Of what stands beside a secret so much may go with it: punctuation of its own spelling, an escape that it begins in, a letter that fits and what stands between. */
const MAX_BESIDE = 128;
/** Across so much of the same, two pieces are no longer one. */
const FAR = 512;
/** No engine looks at anything shorter. */
const NO_FRAGMENT = 7;

/** A claim of docs/redaction.md that does not hold, and what shows it. */
export type Finding = { readonly claim: string; readonly output: string };

/** A scenario with everything that is made once for its secrets; `check` gives the first claim that does not hold for it, or null. */
export type Exam = { readonly scenario: Scenario; readonly check: () => Finding | null };

const redactors = new Map<string, Redactor>();
const searchers = new Map<string, Searcher>();

/** What bytes stand for, ready to be checked. `scanner`: the compiled scanner's file. */
export function prepareExam(bytes: Uint8Array, scanner: string): Exam {
  const scenario = readScenario(bytes);
  const { subjects, even } = scenario;
  const secrets = subjects.map(({ value }, i) => ({ name: NAMES[i] ?? '', bytes: Buffer.from(value, 'latin1') }));
  const key = JSON.stringify(subjects.map(({ value }) => value));
  const redactor = redactors.get(key) ?? createRedactor(secrets, null);
  redactors.set(key, redactor);
  // The first bytes make it.
  redactor.redact(Buffer.from('.'));
  const wasm = openWasmFilter(key, secrets, { even, path: scanner });
  const searched = subjects.map((subject) => searcherOf(subject));
  return { scenario, check: () => check(scenario, searched, [redactor.open(even), wasm]) };
}

function searcherOf(subject: Subject): Searcher {
  const searcher = searchers.get(subject.value) ?? openSearcher(subject);
  searchers.set(subject.value, searcher);
  return searcher;
}

function check(scenario: Scenario, searchers: readonly Searcher[], [script, wasm]: readonly [ByteFilter, ByteFilter]): Finding | null {
  const out = pass(script, scenario);
  const finding = (claim: string): Finding => ({ claim, output: out.text });
  const other = pass(wasm, scenario);
  if (other.text !== out.text) return { claim: 'both scanners give the same bytes', output: `${out.text}\n---\n${other.text}` };
  if (wasm.count !== script.count) return finding('both scanners give the same count');
  const long = scenario.subjects.every(({ kind }) => kind === 'folded');
  if (long && out.held > MAX_HELD) return finding('no more is held back than is said');
  const input = Buffer.concat(scenario.chunks).toString('latin1');
  if (long && out.uneven) return finding('what is held back where it may tell nothing is always as much');
  const pieces = out.text.split(MARK);
  if (pieces.length - 1 - (input.match(MARK)?.length ?? 0) !== script.count) return finding('each replacement is counted');
  const placed = placePieces(input, pieces);
  if (placed === null) return finding('what is not hidden stands where it stood');
  const inPieces = scenario.chunks.length > 1;
  for (const { text, at } of placed) {
    const own = withoutFiller(Array.from(text, (byte, i) => (scenario.told[at + i] === true ? byte : foreign(byte))).join(''));
    for (const search of searchers) {
      const form = search(own, inPieces);
      if (form !== null) return finding(`no fragment comes out: ${form}`);
    }
  }
  const [leak] = scenario.leaks;
  const harmless = scenario.leaks.length === 0 || (scenario.leaks.length === 1 && (leak?.length ?? 0) < NO_FRAGMENT);
  if (harmless && out.text !== input && !searchers.some((search) => search(withoutFiller(input), false) !== null))
    return finding('what holds no secret passes as it is');
  const gone = input.length - placed.reduce((sum, { text }) => sum + text.length, 0);
  if (leak !== undefined && scenario.leaks.length === 1 && gone > leak.length + MAX_BESIDE && !input.includes('[redacted:'))
    return finding('nothing but the secret is hidden');
  return null;
}

/** What is a letter or digit of somebody else's is no part of a fragment. */
function foreign(byte: string): string {
  return /[0-9a-z]/i.test(byte) ? FOREIGN : byte;
}

/** Much of the same says no more than a little of it, and takes long to read. What stands far apart is not read as one. */
function withoutFiller(text: string): string {
  return text.replaceAll(/(.{1,32}?)\1{24,}/gs, (all, unit: string) => (all.length > FAR ? FOREIGN : unit + unit));
}

type Passed = { readonly text: string; readonly held: number; readonly uneven: boolean };

/** What comes out, the most bytes that were held back while nothing was replaced, and whether that was ever another number than it should be. */
function pass(filter: ByteFilter, { chunks, pauses, even }: Scenario): Passed {
  const parts: Buffer[] = [];
  let taken = 0;
  let given = 0;
  let held = 0;
  let uneven = false;
  const take = (pieces: Pieces) => {
    for (const piece of pieces) {
      parts.push(Buffer.from(piece));
      given += piece.length;
    }
  };
  for (const chunk of chunks) {
    taken += chunk.length;
    take(filter.write(chunk));
    if (filter.count === 0) held = Math.max(held, taken - given);
    if (even && filter.count === 0) uneven ||= given !== Math.max(0, taken - MAX_HELD);
    if (pauses) take(filter.pause());
  }
  take(filter.end());
  return { text: Buffer.concat(parts).toString('latin1'), held, uneven };
}

/** Where the pieces stand in the input, one after another, the first at its beginning and the last at its end; null where they do not. A quotation mark around a replacement is none of it. */
function placePieces(input: string, pieces: readonly string[]): readonly { readonly text: string; readonly at: number }[] | null {
  let from = 0;
  const placed = pieces.map((piece, i) => {
    const text = piece.slice(i > 0 && piece.startsWith('"') ? 1 : 0, i + 1 < pieces.length && piece.endsWith('"') ? -1 : undefined);
    const at = i + 1 === pieces.length ? input.length - text.length : input.indexOf(text, from);
    const fits = at >= from && input.startsWith(text, at) && (i > 0 || at === 0);
    from = at + text.length;
    return fits ? { text, at } : null;
  });
  return placed.every((one) => one !== null) ? placed : null;
}
