import type { ByteFilter, Pieces } from '../model/byte-filter.js';
import { findBegun, findMatches, longestBeginning, type Needle } from './exact-matches.js';

/** What is held back at the end of a stream and is this long a part of a secret is hidden; a shorter one is somebody else's text. */
const MIN_CUT_BYTES = 12;
/** The beginning of a secret that is not short waits for more from so many bytes on; a shorter one only for a moment. */
const LASTING = 4;

/** What an exact filter looks for. `markers` are the replacements that may stand in the stream already: they pass as they are, with what they spell. */
export type ExactParts = { readonly needles: readonly Needle[]; readonly markers: readonly Buffer[] };

/**
 * The filter for secrets of a few bytes, which their tenant allows by name: each form is looked for as it is. It holds back the longest end of the stream that begins some needle, and for a moment one that begins a marker. A match may reach into that end, since a secret can
 * overlap itself: its replacement is then already written, and `covered` says how many of the held bytes it stood for. What went out after its moment is held as well, and covered by itself (`shown`).
 * `even`: it holds back as much as the longest needle could need, whatever it is.
 */
export function openExactFilter({ needles, markers }: ExactParts, even = false): ByteFilter {
  // A marker is found as a needle is, and stands for itself.
  const sought = [...markers.map((marker) => ({ form: marker, replacement: marker, isFound: false })), ...needles];
  const short = needles.filter(({ isFound }) => !isFound);
  const longest = Math.max(0, ...sought.map(({ form }) => form.length - 1));
  let held: Buffer = Buffer.alloc(0);
  let covered = 0;
  let shown = false;
  let count = 0;

  const release = (view: Buffer, end: number): Pieces => {
    const parts: Uint8Array[] = [];
    let at = covered;
    for (const match of findMatches(view, sought)) {
      if (match.start < at) {
        if (shown) {
          parts.push(match.replacement);
          count++;
        }
        shown = false;
        at = Math.max(at, match.end);
        continue;
      }
      if (match.start >= end) break;
      parts.push(view.subarray(at, match.start), match.replacement);
      if (!view.subarray(match.start, match.end).equals(match.replacement)) count++;
      at = match.end;
    }
    if (at < end) parts.push(view.subarray(at, end));
    covered = Math.max(0, at - end);
    shown &&= covered > 0;
    held = Buffer.from(view.subarray(end));
    return parts.length <= 1 ? parts : [Buffer.concat(parts)];
  };

  const endHeld = (): Pieces => {
    const begun = findBegun(held, MIN_CUT_BYTES, needles);
    if (begun === null) return release(held, held.length);
    const known = covered > 0 && !shown;
    held = Buffer.alloc(0);
    covered = 0;
    if (known) return [];
    count++;
    return [begun.replacement];
  };

  /** How much of the end waits on when its moment is over. */
  const countLasting = (): number => {
    const begun = longestBeginning(held, needles);
    return begun < LASTING ? longestBeginning(held, short) : begun;
  };

  const endMoment = (): Pieces => {
    const known = held;
    const begun = longestBeginning(known, needles);
    const lasting = countLasting();
    const pieces = release(known, known.length - lasting);
    if (begun > lasting && (covered === 0 || shown)) {
      held = known.subarray(known.length - begun);
      covered += begun - lasting;
      shown = true;
    }
    return pieces;
  };

  return {
    write(chunk) {
      const view = held.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([held, chunk]);
      return release(view, Math.max(0, view.length - (even ? longest : longestBeginning(view, sought))));
    },
    end() {
      const rest = release(held, held.length - longestBeginning(held, needles));
      return [...rest, ...endHeld()];
    },
    pause: () => (even ? [] : endMoment()),
    get waits() {
      return !even && held.length - countLasting() > covered;
    },
    get count() {
      return count;
    },
  };
}
