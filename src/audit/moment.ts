import { parseUtc } from '../model/utc-time.js';

const AGO = /^(\d{1,6})(s|m|h|d|w)$/;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Reads a moment as a user types it, in milliseconds since the epoch: how long before `nowMs` (`90s`, `15m`, `24h`, `7d`,
 * `2w`), or ISO 8601 (`2026-11-23`, `2026-11-23T08:00`, with seconds, `Z` or an offset). Without an offset it is UTC, as
 * records are. Null when it is neither.
 */
export function parseMoment(text: string, nowMs: number): number | null {
  const ago = AGO.exec(text);
  return ago === null ? parseUtc(text) : nowMs - Number(ago[1]) * unitMs(ago[2]);
}

function unitMs(unit: string | undefined): number {
  return unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' || unit === 'w' ? UNIT_MS[unit] : 0;
}
