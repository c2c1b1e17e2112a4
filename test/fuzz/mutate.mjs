// Makes an input of others. What a scenario is made of (test/redact/fuzz/scenario.ts) is a byte or a few of them, so that a change of bytes is a change of pieces.

const MAX_BYTES = 64;
/** Lengths and places at which something changes: of buffers, windows, grams, chunks. */
const TELLING = [0, 1, 3, 4, 7, 8, 11, 12, 13, 15, 16, 17, 31, 32, 64, 127, 128, 255];

/** A generator of numbers that a seed repeats: mulberry32. `below(n)` is one of 0 … n - 1. */
export function seedRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { below: (limit) => Math.floor((next() / 0x1_0000_0000) * limit) };
}

/** Another input than `parent`; `other` gives parts of itself. */
export function mutate(parent, other, random) {
  let bytes = Buffer.from(parent);
  for (let times = 1 + random.below(random.below(4) === 0 ? 8 : 3); times > 0; times--) {
    const change = CHANGES[random.below(CHANGES.length)];
    bytes = change(bytes, other, random);
  }
  return bytes.subarray(0, MAX_BYTES);
}

const place = (bytes, random) => random.below(bytes.length + 1);
const insert = (bytes, at, added) => Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
const put = (bytes, at, value) =>
  at < bytes.length ? Buffer.concat([bytes.subarray(0, at), Buffer.from([value & 255]), bytes.subarray(at + 1)]) : bytes;
const some = (length, random) => Buffer.from(Array.from({ length }, () => random.below(256)));
const stretch = (bytes, random) => {
  const from = place(bytes, random);
  return [from, Math.min(bytes.length, from + 1 + random.below(12))];
};
/** A piece of a scenario with operands that may be right. */
const piece = (random) => {
  const kind = random.below(8);
  const of = 8 * random.below(32);
  const operands = some(kind === 0 ? 1 + random.below(8) : 3, random);
  if (kind === 0) operands[0] = operands.length - 1;
  return Buffer.concat([Buffer.from([of + (kind === 1 ? 2 : kind)]), operands.subarray(0, [9, 1, 1, 1, 3, 0, 2, 1][kind])]);
};

const CHANGES = [
  (bytes, _, random) => put(bytes, random.below(bytes.length), (1 << random.below(8)) ^ (bytes[random.below(bytes.length)] ?? 0)),
  (bytes, _, random) => put(bytes, random.below(bytes.length), random.below(256)),
  (bytes, _, random) => put(bytes, random.below(bytes.length), TELLING[random.below(TELLING.length)]),
  (bytes, _, random) => {
    const at = random.below(bytes.length);
    return put(bytes, at, (bytes[at] ?? 0) + random.below(9) - 4);
  },
  (bytes, _, random) => put(bytes, random.below(2), random.below(256)),
  (bytes, _, random) => insert(bytes, place(bytes, random), some(1 + random.below(4), random)),
  (bytes, _, random) => insert(bytes, place(bytes, random), piece(random)),
  (bytes, _, random) => insert(bytes, bytes.length, piece(random)),
  (bytes, _, random) => insert(bytes, 2 + random.below(Math.max(1, bytes.length - 1)), piece(random)),
  (bytes, _, random) => {
    const [from, to] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, _, random) => insert(bytes, place(bytes, random), bytes.subarray(...stretch(bytes, random))),
  (bytes, other, random) => insert(bytes, place(bytes, random), other.subarray(...stretch(other, random))),
  (bytes, other, random) => Buffer.concat([bytes.subarray(0, place(bytes, random)), other.subarray(place(other, random))]),
];
