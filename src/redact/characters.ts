import type { Part } from './spelling.js';

/** A character of a secret with the bits that it carries. */
export type Character = { readonly text: string; readonly bits: number };

/** The encoding of a text in which characters are spelt. */
type Encoding = 'utf8' | 'utf16le' | 'latin1';

type Joining = { readonly between?: string; readonly encoding?: Encoding; readonly spell?: (text: string) => string };

/** A part by its characters, each with what its bytes carry together; null where the part is no UTF-8. */
export function splitCharacters({ bytes, weights }: Part): readonly Character[] | null {
  const whole = Buffer.from(bytes);
  const text = whole.toString('utf8');
  if (!Buffer.from(text).equals(whole)) return null;
  const carried = weights();
  let at = 0;
  return Array.from(text, (character) => {
    const end = at + Buffer.byteLength(character);
    const bits = carried.subarray(at, end).reduce((sum, weight) => sum + weight, 0);
    at = end;
    return { text: character, bits };
  });
}

/** Whether every byte is a character of ASCII. */
export function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/**
 * A text for each character, one after another, in an encoding. The bytes of what stands for a character share its bits, but for the zeros of UTF-16; those of
 * `between`, which stands between two, carry none.
 */
export function joinCharacters(
  characters: readonly Character[],
  { between = '', encoding = 'utf8', spell = (text) => text }: Joining = {},
): Part {
  const gap = Buffer.from(between, encoding);
  const parts: Buffer[] = [];
  const shares: number[] = [];
  for (const { text, bits } of characters) {
    if (parts.length > 0) {
      parts.push(gap);
      for (let i = 0; i < gap.length; i++) shares.push(0);
    }
    const bytes = Buffer.from(spell(text), encoding);
    const filled = bytes.filter((byte) => byte !== 0).length;
    for (const byte of bytes) shares.push(byte === 0 ? 0 : bits / filled);
    parts.push(bytes);
  }
  const weights = Float32Array.from(shares);
  return { bytes: Uint8Array.from(Buffer.concat(parts)), weights: () => weights };
}
