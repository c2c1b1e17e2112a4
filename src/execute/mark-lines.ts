import type { ByteFilter } from '../model/byte-filter.js';

const OURS = Buffer.from('outloop:');
const MARK = Buffer.from('child| ');
/** A beginning with more than this in it, most of it unseen, is marked without waiting for its end. */
const MAX_HELD = 256;

const ESCAPE = 0x1b;
const BRACKET = 0x5b;
const DELETE = 0x7f;
/** Backspace, line feed, vertical tab, form feed, carriage return: what follows may stand at a line's beginning. */
const RETURNING: ReadonlySet<number> = new Set([0x08, 0x0a, 0x0b, 0x0c, 0x0d]);
/** `ESC [ … m` changes colours; every other control sequence may move the cursor (ECMA-48 §8.3). */
const COLOURS = 0x6d;

/** What a terminal may draw as nothing: a control character, and any byte of a character beyond ASCII. */
function showsNothing(byte: number): boolean {
  return byte < 0x20 || byte >= DELETE;
}

/**
 * Marks every line of a child's stderr that begins as a line of ours does, so that no child can speak for outloop. A line's beginning is also what
 * follows a backspace or a cursor movement, and stays one behind blanks. Escape sequences and whatever else a terminal may draw as nothing hide no
 * beginning, before or among its letters. Held back is only what may yet turn out to be `outloop:`.
 */
export function openLineMarker(): ByteFilter {
  let place: 'begin' | 'inside' = 'begin';
  let sequence: 'none' | 'escape' | 'control' = 'none';
  let held: number[] = [];
  let matched = 0;
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
  };
  /** Takes one byte; true when it is to be held. */
  const take = (byte: number, out: Uint8Array[]): boolean => {
    if (RETURNING.has(byte)) {
      release(out, false);
      place = 'begin';
      sequence = 'none';
      return false;
    }
    if (sequence !== 'none') {
      const ends = sequence === 'escape' ? byte !== BRACKET : byte >= 0x40 && byte <= 0x7e;
      if (ends && byte !== COLOURS) place = 'begin';
      sequence = ends ? 'none' : 'control';
      return matched > 0;
    }
    if (byte === ESCAPE) {
      sequence = 'escape';
      return matched > 0;
    }
    if (place === 'begin' && byte === OURS[matched]) {
      matched++;
      return true;
    }
    if (matched > 0 && showsNothing(byte)) return true;
    release(out, false);
    if (byte !== 0x20 && !showsNothing(byte)) place = 'inside';
    return false;
  };

  return {
    write(chunk) {
      const out: Uint8Array[] = [];
      let from = 0;
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at] ?? 0;
        if (place === 'inside' && sequence === 'none' && byte !== ESCAPE && !RETURNING.has(byte)) continue;
        if (!take(byte, out)) continue;
        if (at > from) out.push(chunk.subarray(from, at));
        held.push(byte);
        from = at + 1;
        if (matched < OURS.length && held.length <= MAX_HELD) continue;
        release(out, true);
        place = 'inside';
      }
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
