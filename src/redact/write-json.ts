import { joinCharacters, splitCharacters } from './characters.js';
import type { Part } from './spelling.js';

/** How programs write a character in a string of JSON (RFC 8259 §7): as little escaped as may be, in ASCII as Python does, and fit for HTML as Go does. */
const WAYS: readonly ((character: string) => string)[] = [
  (character) => JSON.stringify(character).slice(1, -1),
  (character) => (character > '~' ? escapeUnits(character) : JSON.stringify(character).slice(1, -1)),
  (character) => (/[<>&]/.test(character) ? escapeUnits(character) : JSON.stringify(character).slice(1, -1)),
];

/** A part as strings of JSON hold it, each way once; none where it needs no escape, or is no UTF-8. */
export function writeInJson(part: Part): readonly Part[] {
  const characters = part.bytes.some(mayNeedEscape) ? splitCharacters(part) : null;
  if (characters === null) return [];
  const written = new Map<string, Part>();
  for (const spell of WAYS) {
    const inJson = joinCharacters(characters, { spell });
    written.set(Buffer.from(inJson.bytes).toString('latin1'), inJson);
  }
  written.delete(Buffer.from(part.bytes).toString('latin1'));
  return [...written.values()];
}

/** A control character, one beyond ASCII, or one of `"&<>\`. */
function mayNeedEscape(byte: number): boolean {
  return byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x26 || byte === 0x3c || byte === 0x3e || byte === 0x5c;
}

function escapeUnits(character: string): string {
  return character.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
