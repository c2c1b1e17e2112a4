/**
 * Whether JavaScript keeps what a number in JSON says: an integer beyond 2^53 - 1 is rounded to another one, and what is too large or too small becomes infinite
 * or nothing. A fraction of more than 17 digits is rounded as every reader rounds it (RFC 8259 §6). `token` is one number as JSON spells it.
 */
export function keepsNumber(token: string): boolean {
  const value = Number(token);
  if (value === 0) return /^-?[0.]+(?:[eE]|$)/.test(token);
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** The same for a number that is on its way out: `-0` is read as a zero of its own, and sent as `0`. */
export function sendsNumber(token: string): boolean {
  return keepsNumber(token) && !Object.is(Number(token), -0);
}
