import type { Stretch } from './find-stretches.js';

const BACKSLASH = 0x5c;
const QUOTE = Buffer.from('"');

/** What is written in a stretch's place, and where it begins. */
export type Replacement = { readonly start: number; readonly bytes: Uint8Array };

/**
 * Fits a replacement into what stands around the stretch, so that JSON stays JSON: the backslash of an escape that the stretch cuts goes with it, and numbers
 * between commas or brackets become a string. `from` is the first byte that has not gone out, `end` the end of what is known.
 */
export function fitReplacement(buffer: Uint8Array, stretch: Stretch, from: number, end: number, bytes: Uint8Array): Replacement {
  let start = Math.max(stretch.start, from);
  let slashes = 0;
  while (start - slashes > from && buffer[start - slashes - 1] === BACKSLASH) slashes++;
  if (slashes % 2 === 1) start--;
  return { start, bytes: standsAsNumber(buffer, stretch, end) ? Buffer.concat([QUOTE, bytes, QUOTE]) : bytes };
}

function standsAsNumber(buffer: Uint8Array, { start, end: stop }: Stretch, end: number): boolean {
  for (let i = start; i < stop; i++) if (!NUMERIC.has(buffer[i] ?? 0)) return false;
  let before = start - 1;
  while (before >= 0 && BLANK.has(buffer[before] ?? 0)) before--;
  let after = stop;
  while (after < end && BLANK.has(buffer[after] ?? 0)) after++;
  return before >= 0 && after < end && BEFORE.has(buffer[before] ?? 0) && AFTER.has(buffer[after] ?? 0);
}

const BLANK = new Set(Buffer.from(' \t\r\n'));
const NUMERIC = new Set(Buffer.from('0123456789+-., \t\r\n'));
const BEFORE = new Set(Buffer.from('[:,'));
const AFTER = new Set(Buffer.from(',]}'));
