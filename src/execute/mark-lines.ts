import type { ByteFilter } from '../model/byte-filter.js';

const OURS = Buffer.from('outloop:');
const MARK = Buffer.from('child| ');
const NEWLINE = 10;
const RETURN = 13;
const NOTHING = new Uint8Array(0);

/**
 * Marks every line of a child's stderr that begins as a line of ours does, so that no child can speak for outloop. A line
 * begins after a newline or a carriage return, also behind ANSI sequences and blanks that a terminal does not show. Held
 * back is only a line's beginning that may yet turn out to be `outloop:`.
 */
export function openLineMarker(): ByteFilter {
  let begin: number[] = [];
  let matched = 0;
  let state: 'begin' | 'escape' | 'sequence' | 'inside' = 'begin';
  let count = 0;

  const step = (byte: number, out: number[]) => {
    if (state === 'inside') {
      out.push(byte);
      if (byte === NEWLINE || byte === RETURN) state = 'begin';
      return;
    }
    begin.push(byte);
    if (byte === NEWLINE || byte === RETURN) release(out, 'begin');
    else if (state === 'escape') state = byte === 0x5b ? 'sequence' : 'begin';
    else if (state === 'sequence') state = byte >= 0x40 && byte <= 0x7e ? 'begin' : 'sequence';
    else if (byte === 0x1b) state = 'escape';
    else if (matched === 0 && (byte === 0x20 || byte === 9 || byte < 0x20)) state = 'begin';
    else if (byte === OURS[matched]) {
      matched++;
      if (matched === OURS.length) {
        count++;
        out.push(...MARK);
        release(out, 'inside');
      }
    } else release(out, 'inside');
    if (begin.length > 256) release(out, 'inside');
  };
  const release = (out: number[], next: typeof state) => {
    out.push(...begin);
    begin = [];
    matched = 0;
    state = next;
  };

  return {
    write(chunk) {
      if (state === 'inside' && !chunk.includes(NEWLINE) && !chunk.includes(RETURN)) return chunk;
      const out: number[] = [];
      for (const byte of chunk) step(byte, out);
      return Uint8Array.from(out);
    },
    // A line's beginning waits for the rest of it, however long that takes.
    pause: () => NOTHING,
    waits: false,
    end() {
      const rest = begin.length === 0 ? NOTHING : Uint8Array.from(begin);
      begin = [];
      return rest;
    },
    get count() {
      return count;
    },
  };
}
