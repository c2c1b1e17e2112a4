/** A clock is corrected by so much now and then, and nothing is made of it. */
const TOLERATED_MS = 60_000;

/** How far a time that was written down is ahead of the clock, in milliseconds; null where it is not, or by a minute at most. */
export function findAhead(timeMs: number, clockMs: number): number | null {
  const aheadMs = timeMs - clockMs;
  return aheadMs > TOLERATED_MS ? aheadMs : null;
}
