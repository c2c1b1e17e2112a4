import { GRAM } from './gram-index.js';
import type { Needle } from './needle.js';

/** To look each gram of so many symbols up in a text costs less than to index every gram of the needles, which takes tens of milliseconds. */
const CHEAP_SYMBOLS = 1024;

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
    text ??= toText(joinNeedles(needles));
    const seen = toText(symbols.subarray(from, to));
    for (let at = 0; at + GRAM <= seen.length; at++) if (text.includes(seen.slice(at, at + GRAM))) return true;
    return false;
  };
}

/** One after the other, with a 0 behind each: no fold has it for a symbol. */
function joinNeedles(needles: readonly Needle[]): Uint8Array {
  const joined = new Uint8Array(needles.reduce((sum, { symbols }) => sum + symbols.length + 1, 0));
  let at = 0;
  for (const { symbols } of needles) {
    joined.set(symbols, at);
    at += symbols.length + 1;
  }
  return joined;
}

function toText(symbols: Uint8Array): string {
  return Buffer.from(symbols.buffer, symbols.byteOffset, symbols.length).toString('latin1');
}
