const SPAN = /^([1-9][0-9]{0,5})(s|m|h|d)$/;
const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a span of time as it is typed (`90s`, `30m`, `8h`, `7d`), in milliseconds; null when it is not spelt so. */
export function parseSpan(text: string): number | null {
  const [, count, unit] = SPAN.exec(text) ?? [];
  if (count === undefined || (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd')) return null;
  return Number(count) * UNIT_MS[unit];
}
