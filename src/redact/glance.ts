import { GRAM } from './gram-index.js';
import type { Needle } from './needle.js';

/** To look each gram of so many symbols up in a text costs less than to index every gram of the needles, which takes tens of milliseconds. */
const CHEAP_SYMBOLS = 1024;
/** Stands between needles: no fold has it. */
const BETWEEN = '\n';

/** Whether a gram of a needle may stand among `symbols[from, to)`. No is certain. */
export type Glance = (symbols: Uint8Array, from: number, to: number) => boolean;

/** A look that is good for the first symbols of short streams, and says yes after so many. */
export function openGlance(needles: readonly Needle[]): Glance {
  let text: string | null = null;
  let left = CHEAP_SYMBOLS;
  return (symbols, from, to) => {
    if (to - from < GRAM) return false;
    left -= to - from;
    if (left < 0) {
      text = null;
      return true;
    }
    text ??= needles.map((needle) => toText(needle.symbols)).join(BETWEEN);
    const seen = toText(symbols.subarray(from, to));
    for (let at = 0; at + GRAM <= seen.length; at++) if (text.includes(seen.slice(at, at + GRAM))) return true;
    return false;
  };
}

function toText(symbols: Uint8Array): string {
  return Buffer.from(symbols.buffer, symbols.byteOffset, symbols.length).toString('latin1');
}
