/**
 * A moment (milliseconds since the epoch, in the years 0 to 9999) as ISO 8601 in UTC with milliseconds, which is what
 * Date.prototype.toISOString gives; the first call of that one takes a millisecond.
 */
export function formatUtc(timeMs: number): string {
  const date = new Date(timeMs);
  const day = [pad(date.getUTCFullYear(), 4), pad(date.getUTCMonth() + 1, 2), pad(date.getUTCDate(), 2)].join('-');
  const time = [pad(date.getUTCHours(), 2), pad(date.getUTCMinutes(), 2), pad(date.getUTCSeconds(), 2)].join(':');
  return `${day}T${time}.${pad(date.getUTCMilliseconds(), 3)}Z`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
