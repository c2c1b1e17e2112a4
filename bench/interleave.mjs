// What every figure is measured with: the rows take turns, so that a machine that slows down slows them all.

/** A row: its name, and one measurement of it (milliseconds, or whatever the table's unit is). */
/** @typedef {{ readonly name: string, readonly sample: () => number | Promise<number> }} Row */

/** Rounds that nobody counts: they fill caches, the page cache and the code caches. */
const WARM_UPS = 2;

/**
 * Measures every row once in each round; each round begins with another row, so that no row always follows the same one.
 * @param {readonly Row[]} rows
 * @returns {Promise<Map<string, number[]>>} the measurements by name, one for each round
 */
export async function interleave(rows, rounds) {
  const samples = new Map(rows.map(({ name }) => [name, []]));
  for (let round = -WARM_UPS; round < rounds; round++) {
    for (let turn = 0; turn < rows.length; turn++) {
      const { name, sample } = rows[(turn + round + WARM_UPS) % rows.length];
      const value = await sample();
      if (round >= 0) samples.get(name).push(value);
    }
  }
  return samples;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of the rounds' ratios: what a slow round does to both, it does to neither. */
export function ratioOf(values, to) {
  return median(values.map((value, round) => value / to[round]));
}
