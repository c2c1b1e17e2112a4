import type { AuditEntry, AuditRecord } from '../model/audit.js';
import { formatUtc } from '../model/utc-time.js';

/** The record that takes time back from `fromMs`, the last record's time: the one record that may be earlier than what stands before it. */
export function takeBackEntry(run: string, fromMs: number): AuditEntry {
  return { type: 'repair', run, action: 'clock', detail: { cause: 'clock', from: formatUtc(fromMs) }, secret_exposed: false };
}

/** Whether a record takes time back, in a log whose time is `lastMs` before it. */
export function takesBack({ type, action, detail, time }: AuditRecord, lastMs: number): boolean {
  return type === 'repair' && action === 'clock' && detail?.['from'] === formatUtc(lastMs) && Date.parse(time) < lastMs;
}
