import type { ByteFilter, Pieces } from '../model/byte-filter.js';
import type { Engine } from './engine.js';
import type { EngineStream, Tail } from './engine-stream.js';
import type { Stretch } from './find-stretches.js';
import { mergeStretches } from './merge-stretches.js';
import { fitReplacement } from './replacement.js';
import { HISTORY, MAX_CHUNK, MAX_HELD, type Scanner } from './scanner.js';

/** An engine at work on one stream, and what it looks through the stream with. */
export type Eye = { readonly stream: EngineStream; scanner: Scanner };

/**
 * What a stream filter is made of. `faster` opens a scanner that pays on a long stream; null where there is none. `even`: it holds back the last
 * MAX_HELD bytes, whatever they are, so that when a byte comes out tells nothing of the secret.
 */
export type FilterParts = {
  readonly even?: boolean;
  readonly eyes: readonly Eye[];
  readonly replacements: readonly Uint8Array[];
  readonly faster: ((engine: Engine) => Scanner | null) | null;
};

/** A stream of so many bytes is long: to make the faster scanner costs about as much as to look through them with the other. */
export const PAYS_FROM = 16_384;
/** The beginning of this many symbols waits for more however long that takes; a shorter one only for a moment. */
const LASTING = 4;
/** A beginning of this many characters is hidden at the end of a stream. */
const HIDDEN_AT_END = 12;
const NOTHING = new Uint8Array(0);
const NO_PIECES: Pieces = [];

function lasts({ length }: Tail): boolean {
  return length >= LASTING;
}

/**
 * Finds secrets in a stream and puts replacements in their place. The buffer holds what has gone out lately, so that a secret is recognised that began there, then
 * what is held back, then what is new. Held back is only the beginning of a secret at the very end.
 */
export function openStreamFilter({ eyes, replacements, faster, even = false }: FilterParts): ByteFilter {
  const [first] = eyes;
  if (first === undefined) throw new TypeError('a filter without an engine');
  let end = 0;
  let emitted = 0;
  let passed = 0;
  let maskedTo = -1;
  /** The first one first. */
  let tails: readonly Tail[] = [];
  let count = 0;

  /** Gives the bytes up to `to`, with stretches replaced. A stretch that goes on with what was replaced last has no second replacement. */
  const release = (stretches: readonly Stretch[], to: number): Uint8Array => {
    const { buffer } = first.scanner;
    const parts: Uint8Array[] = [];
    for (const stretch of stretches) {
      if (stretch.end <= emitted) continue;
      const replaced = fitReplacement(buffer, stretch, emitted, end, replacements[stretch.secret] ?? NOTHING);
      parts.push(buffer.slice(emitted, replaced.start));
      if (!(maskedTo === replaced.start && stretch.start < replaced.start)) {
        parts.push(replaced.bytes);
        count++;
      }
      emitted = maskedTo = stretch.end;
    }
    if (emitted < to) parts.push(buffer.slice(emitted, to));
    emitted = Math.max(emitted, to);
    return parts.length <= 1 ? (parts[0] ?? NOTHING) : Buffer.concat(parts);
  };

  const forget = () => {
    const shift = Math.max(0, emitted - HISTORY);
    if (shift === 0) return;
    for (const { scanner } of eyes) scanner.buffer.copyWithin(0, shift, end);
    end -= shift;
    emitted -= shift;
    maskedTo -= shift;
    tails = tails.map((tail) => ({ ...tail, start: tail.start - shift, end: tail.end - shift }));
  };

  const hasten = () => {
    for (const eye of eyes) {
      const scanner = faster?.(eye.stream.engine) ?? null;
      if (scanner === null) continue;
      scanner.buffer.set(eye.scanner.buffer.subarray(0, end));
      eye.scanner = scanner;
    }
  };

  const take = (chunk: Uint8Array): Pieces => {
    if (passed < PAYS_FROM && (passed += chunk.length) >= PAYS_FROM) hasten();
    const seen = end;
    for (const { scanner } of eyes) {
      scanner.reserve(end + chunk.length);
      scanner.buffer.set(chunk, end);
    }
    end += chunk.length;
    const looked = eyes.map(({ stream, scanner }) => ({ stream, scanner, ...stream.find(scanner, end, seen) }));
    const stretches = mergeStretches(looked.flatMap(({ found }) => found));
    const last = stretches.at(-1)?.end ?? 0;
    tails = looked
      .flatMap(({ stream, scanner, scan }) => stream.findTails(scan, scanner, end))
      .filter(({ start }) => end - start <= MAX_HELD)
      .sort((one, other) => one.start - other.start);
    const undecided = tails[0] === undefined ? end : Math.max(tails[0].start, emitted, last);
    // A beginning reaches back no further than that.
    const hold = even ? Math.max(emitted, end - MAX_HELD) : undecided;
    const untouched = hold >= seen && last <= emitted;
    const before = release(stretches, untouched ? seen : hold);
    emitted = Math.max(emitted, hold);
    forget();
    return untouched ? [before, chunk.subarray(0, hold - seen)] : [before];
  };

  return {
    write(chunk) {
      if (chunk.length <= MAX_CHUNK) return chunk.length === 0 ? NO_PIECES : take(chunk);
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < chunk.length; at += MAX_CHUNK) pieces.push(...take(chunk.subarray(at, at + MAX_CHUNK)));
      return pieces;
    },
    pause() {
      if (even || tails.length === 0) return NO_PIECES;
      const first = tails.findIndex(lasts);
      const to = tails[first]?.start ?? end;
      tails = first < 0 ? [] : tails.slice(first);
      return emitted < to ? [release([], to)] : NO_PIECES;
    },
    end() {
      const hidden = tails.filter(({ endsFarOff, span, end: to }) => !endsFarOff && span >= HIDDEN_AT_END && to > emitted);
      tails = [];
      return emitted < end ? [release(mergeStretches(hidden), end)] : NO_PIECES;
    },
    get waits() {
      return !even && emitted < end && tails[0] !== undefined && !lasts(tails[0]);
    },
    get count() {
      return count;
    },
  };
}
