import type { ByteFilter } from '../model/byte-filter.js';
import { endOfPlain, openSequenceReader } from './control-sequence.js';

const OURS = Buffer.from('outloop:');
/** Its first letter. */
const FIRST = 0x6f;
const MARK = Buffer.from('child| ');
/** A beginning with more than this in it, most of it unseen, is marked without waiting for its end. */
const MAX_HELD = 256;

const DELETE = 0x7f;
/** Backspace, line feed, vertical tab, form feed, carriage return: what follows may stand at a line's beginning. */
const RETURNING: ReadonlySet<number> = new Set([0x08, 0x0a, 0x0b, 0x0c, 0x0d]);

/** What a terminal may draw as nothing: a control character, and any byte of a character beyond ASCII. */
function showsNothing(byte: number): boolean {
  return byte < 0x20 || byte >= DELETE;
}

/**
 * Marks every line of a child's stderr that begins as a line of ours does, so that no child can speak for outloop. A line's beginning is also what
 * follows a backspace, and stays one behind blanks. Escape sequences and whatever else a terminal may draw as nothing hide no
 * beginning, before or among its letters. Behind a sequence that does more than change colours any place of the line may be its beginning, since the cursor may have moved, and
 * not every terminal knows every sequence. Held back is only what may yet turn out to be `outloop:`.
 */
export function openLineMarker(): ByteFilter {
  const reader = openSequenceReader();
  let place: 'begin' | 'inside' | 'anywhere' = 'begin';
  /** Whether the sequence that is read stands among letters that are held. */
  let isAmong = false;
  /** The last byte of what was written before. */
  let before = 0;
  let held: number[] = [];
  let matched = 0;
  /** Where the last letter that matched stands among what is held. */
  let lastAt = 0;
  let count = 0;

  /** Gives up what was held, with the mark before it where it was a beginning of ours. */
  const release = (out: Uint8Array[], marked: boolean) => {
    if (marked) {
      out.push(MARK);
      count++;
    }
    if (held.length > 0) out.push(Uint8Array.from(held));
    held = [];
    matched = 0;
    isAmong = false;
  };
  /** The same but for a last letter that may begin our name anew: `outlo` and `outloo` end in one. */
  const fallBack = (out: Uint8Array[]) => {
    const kept = matched === 5 || matched === 6 ? held.splice(lastAt) : [];
    release(out, false);
    held = kept;
    lastAt = 0;
    matched = Math.min(1, kept.length);
  };
  /** Whether the byte begins our name or goes on with it. */
  const match = (byte: number, out: Uint8Array[]): boolean => {
    while (byte !== OURS[matched]) {
      if (matched === 0) return false;
      if (showsNothing(byte)) return true;
      if (place === 'anywhere') {
        fallBack(out);
        continue;
      }
      release(out, false);
      return false;
    }
    matched++;
    lastAt = held.length;
    return true;
  };
  /** Takes one byte that stands behind another; true when it is to be held. */
  const take = (byte: number, previous: number, out: Uint8Array[]): boolean => {
    const wasOpen = reader.isOpen;
    const isDrawn = !reader.read(byte, previous);
    if (byte < 0x20 && RETURNING.has(byte)) {
      release(out, false);
      place = reader.isOpen ? 'anywhere' : 'begin';
      return false;
    }
    if (!isDrawn) {
      if (!wasOpen) isAmong = matched > 0;
      if (!reader.isColour) place = 'anywhere';
      if (isAmong || reader.isColour) return isAmong;
    }
    if (place !== 'inside' && match(byte, out)) return true;
    if (place === 'begin' && byte !== 0x20 && !showsNothing(byte)) place = 'inside';
    return false;
  };

  return {
    write(chunk) {
      const out: Uint8Array[] = [];
      let from = 0;
      for (let at = 0; at < chunk.length; at++) {
        if (place !== 'begin' && matched === 0 && !reader.isOpen) at = endOfPlain(chunk, at, place === 'anywhere' ? FIRST : null);
        if (at === chunk.length) break;
        const byte = chunk[at] ?? 0;
        if (!take(byte, chunk[at - 1] ?? before, out)) continue;
        if (at > from) out.push(chunk.subarray(from, at));
        held.push(byte);
        from = at + 1;
        if (matched < OURS.length && held.length <= MAX_HELD) continue;
        release(out, true);
        if (place === 'begin') place = 'inside';
      }
      before = chunk.at(-1) ?? before;
      if (from < chunk.length) out.push(chunk.subarray(from));
      return out.length <= 1 ? out : [Buffer.concat(out)];
    },
    // A line's beginning waits for the rest of it, however long that takes.
    pause: () => [],
    waits: false,
    end() {
      const out: Uint8Array[] = [];
      release(out, false);
      return out;
    },
    get count() {
      return count;
    },
  };
}
