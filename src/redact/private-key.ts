/**
 * A private key's own bytes, and which of them anybody can know: 1 for what all keys of the kind share (tags, lengths, object identifiers), 0 for the numbers in it,
 * the public ones too. `isText`: it was in base64.
 */
export type PrivateKey = { readonly bytes: Uint8Array; readonly known: Uint8Array; readonly isText: boolean };

/** No private key is shorter in base64: one for Ed25519 has 64 characters. */
const MIN_TEXT = 60;

/** The private key that these bytes are, as they stand or in base64 with or without line breaks; null where they are none, to their very end. */
export function readPrivateKey(bytes: Uint8Array): PrivateKey | null {
  const known = openSshKey(bytes) ?? derKey(bytes);
  if (known !== null) return { bytes, known, isText: false };
  // The first byte of either kind of key, in base64.
  if (bytes.length < MIN_TEXT || (bytes[0] !== 0x4d && bytes[0] !== 0x62)) return null;
  const text = Buffer.from(bytes).toString('latin1').replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const decoded = Buffer.from(text, 'base64');
  const knownThere = openSshKey(decoded) ?? derKey(decoded);
  return knownThere === null ? null : { bytes: decoded, known: knownThere, isText: true };
}

/** DER's tags (ITU-T X.690 §8) that a private key is made of: RFC 5208, RFC 8017 appendix A.1.2, RFC 5915. */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
const CONSTRUCTED = 0x20;
/** Versions and public exponents are no longer. */
const MAX_SMALL_INTEGER = 4;
/** How many bits are unused, and that a point of a curve is not compressed (SEC 1 §2.3.3), stand before one. */
const BEFORE_POINT = 2;
const MAX_DEPTH = 8;

type Element = { readonly tag: number; readonly from: number; readonly to: number };

function derKey(bytes: Uint8Array): Uint8Array | null {
  if (bytes[0] !== SEQUENCE) return null;
  const known = new Uint8Array(bytes.length).fill(1);
  return markSecret(bytes, { tag: SEQUENCE, from: 0, to: bytes.length }, known, 0) ? known : null;
}

/** Marks what is secret among the elements within `outer`; false where it does not hold whole elements and nothing else. */
function markSecret(bytes: Uint8Array, outer: Element, known: Uint8Array, depth: number): boolean {
  const elements = depth > MAX_DEPTH ? null : listElements(bytes, outer);
  if (elements === null || elements.length === 0) return false;
  for (const element of elements) {
    const { tag, from, to } = element;
    if ((tag & CONSTRUCTED) !== 0) {
      if (!markSecret(bytes, element, known, depth + 1)) return false;
    } else if (tag === INTEGER) {
      const first = bytes[from] === 0 ? from + 1 : from;
      if (to - from > MAX_SMALL_INTEGER) known.fill(0, first, to);
    } else if (tag === BIT_STRING) known.fill(0, Math.min(to, from + BEFORE_POINT), to);
    else if (tag === OCTET_STRING) {
      const mayHold = bytes[from] === SEQUENCE || bytes[from] === OCTET_STRING;
      if (!mayHold || !markSecret(bytes, element, known, depth + 1)) known.fill(0, from, to);
    }
  }
  return true;
}

function listElements(bytes: Uint8Array, { from, to }: Element): Element[] | null {
  const elements: Element[] = [];
  for (let at = from; at < to;) {
    const element = readElement(bytes, at, to);
    if (element === null) return null;
    elements.push(element);
    at = element.to;
  }
  return elements;
}

/** Long lengths take up to three bytes here: 16 MiB. */
function readElement(bytes: Uint8Array, at: number, end: number): Element | null {
  const tag = bytes[at] ?? 0;
  const length = bytes[at + 1];
  if (length === undefined || (tag & 0x1f) === 0x1f) return null;
  const more = length < 0x80 ? 0 : length & 0x7f;
  if (length === 0x80 || more > 3) return null;
  let size = more === 0 ? length : 0;
  for (let i = 0; i < more; i++) size = size * 256 + (bytes[at + 2 + i] ?? 0);
  const from = at + 2 + more;
  return from + size > end ? null : { tag, from, to: from + size };
}

/** OpenSSH's own form, `openssh-key-v1` (PROTOCOL.key in its sources). */
const MAGIC = Buffer.from('openssh-key-v1\0', 'latin1');
/** Two equal numbers before the fields of the private section. */
const CHECK_BYTES = 8;
/** The kind, the public key, the secret and the comment. */
const MIN_FIELDS = 4;

function openSshKey(bytes: Uint8Array): Uint8Array | null {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!key.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  // Cipher, key derivation and its options; then how many keys, the public key, and the private section.
  const [cipher, , options] = listFields(key, MAGIC.length);
  if (cipher === undefined || options === undefined) return null;
  const [publicKey, section] = listFields(key, options.to + COUNT_BYTES);
  if (publicKey === undefined || section?.to !== key.length) return null;
  const known = new Uint8Array(key.length).fill(1);
  known.fill(0, section.from);
  const [, ...numbers] = listFields(key.subarray(0, publicKey.to), publicKey.from);
  for (const { from, to } of numbers) known.fill(0, from, to);
  if (key.toString('latin1', cipher.from, cipher.to) !== 'none') return known;
  const fields = listFields(key, section.from + CHECK_BYTES);
  const [kind] = fields;
  const comment = fields.at(-1);
  if (kind === undefined || comment === undefined || fields.length < MIN_FIELDS) return known;
  // Padding follows the comment.
  return known.fill(1, kind.from - LENGTH_BYTES, kind.to).fill(1, comment.from - LENGTH_BYTES);
}

const COUNT_BYTES = 4;
const LENGTH_BYTES = 4;

/** Where the values of fields stand, one behind another from `at` on, each behind its length, four bytes with the highest first. */
function listFields(bytes: Buffer, at: number): readonly { readonly from: number; readonly to: number }[] {
  const fields: { from: number; to: number }[] = [];
  let from = at + LENGTH_BYTES;
  while (from <= bytes.length) {
    const to = from + bytes.readUInt32BE(from - LENGTH_BYTES);
    if (to > bytes.length) break;
    fields.push({ from, to });
    from = to + LENGTH_BYTES;
  }
  return fields;
}
