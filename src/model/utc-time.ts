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

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Reads a date or a time as people type it, in milliseconds since the epoch; null when it is not an ISO 8601 date or date-time that exists. A time without an
 * offset is UTC, and a bare date is its first moment: `2027-03-01` is 2027-03-01T00:00:00Z.
 */
export function parseUtc(text: string): number | null {
  const [, day, offset] = DATE_TIME.exec(text) ?? [];
  if (day === undefined) return null;
  const dayMs = Date.parse(`${day}T00:00Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(dayMs) || !formatUtc(dayMs).startsWith(day)) return null;
  const timeMs = Date.parse(text.includes('T') && offset === undefined ? `${text}Z` : text);
  return Number.isNaN(timeMs) ? null : timeMs;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
