/** For each of so many characters, how many bits of what is hard to guess it carries. Made anew at each call: only a hit and a long stream ask for it, once, and to make it for every form takes as long as to spell them. */
export type Weights = () => Float32Array;

/**
 * One way to write a secret, or a part of one. A fragment of fewer than `minSpan` characters is somebody else's text. Characters of `spelled`
 * behind the first `length`, which are those that have weights, are there only when nothing follows the secret, such as the padding of base64.
 */
export type Spelling = {
  readonly spelled: Uint8Array;
  readonly length: number;
  readonly weights: Weights;
  readonly minSpan: number;
  /** The beginning of a form is waited for from so many symbols on; 0: from so many on as no text has by chance, for forms that few tools print. */
  readonly held: 0 | 1 | 2;
  readonly dump: boolean;
  /** It is made of digits and small letters alone, which any fold leaves as they are. */
  readonly folded: boolean;
};

/** A stretch of bytes to hide, with the bits that each byte carries: 0 for what is public. */
export type Part = { readonly bytes: Uint8Array; readonly weights: Weights };
