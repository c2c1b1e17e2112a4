/** A day; nobody's quota takes longer, and more would only be a mistake. */
const MAX_WAIT_MS = 86_400_000;

/** Reads a Retry-After field (RFC 9110 §10.2.3: seconds, or a date) as milliseconds from `nowMs`; null when there is none that can be read. */
export function readRetryAfter(field: string | undefined, nowMs: number): number | null {
  if (field === undefined) return null;
  const text = field.trim();
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) - nowMs : NaN;
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), MAX_WAIT_MS) : null;
}
