import type { Part } from './spelling.js';

/** A character of a secret with the bits that it carries. */
export type Character = { readonly text: string; readonly bits: number };

type Joining = { readonly between?: string; readonly spell?: (text: string) => string };

/** A part by its characters, each with what its bytes carry together; null where the part is no UTF-8. */
export function splitCharacters({ bytes, weights }: Part): readonly Character[] | null {
  const whole = Buffer.from(bytes);
  const text = whole.toString('utf8');
  if (!Buffer.from(text).equals(whole)) return null;
  let at = 0;
  return Array.from(text, (character) => {
    const end = at + Buffer.byteLength(character);
    const bits = weights.subarray(at, end).reduce((sum, weight) => sum + weight, 0);
    at = end;
    return { text: character, bits };
  });
}

/**
 * A text for each character, one after another. The bytes of what stands for a character share its bits; those of
 * `between`, which stands between two, carry none.
 */
export function joinCharacters(characters: readonly Character[], { between = '', spell = (text) => text }: Joining = {}): Part {
  const gap = Buffer.from(between);
  const parts: Buffer[] = [];
  const weights: number[] = [];
  for (const { text, bits } of characters) {
    if (parts.length > 0) {
      parts.push(gap);
      for (let i = 0; i < gap.length; i++) weights.push(0);
    }
    const bytes = Buffer.from(spell(text));
    for (let i = 0; i < bytes.length; i++) weights.push(bits / bytes.length);
    parts.push(bytes);
  }
  return { bytes: Uint8Array.from(Buffer.concat(parts)), weights: Float32Array.from(weights) };
}
