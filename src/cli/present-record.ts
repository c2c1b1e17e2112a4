import type { RecordStream, TextStream } from '../broker/administration/audit-log.js';
import type { AuditRecord } from '../model/audit.js';
import { showText } from '../model/show-text.js';

/** What every record holds and no reader of one looks for. */
const UNSHOWN: ReadonlySet<string> = new Set(['v', 'secret_exposed', 'time', 'type']);

/** A record on one line: time, run, type, where, what, who, and how it ended; `-` where there is nothing. */
export function recordLine(record: AuditRecord): string {
  const where = record.project == null ? record.tenant : `${record.tenant ?? '-'}/${record.project}`;
  const ending = [record.code ?? record.decision, record.exit === undefined ? null : `exit=${record.exit}`]
    .filter((part) => part != null)
    .join(' ');
  const cells = [
    record.time,
    record.run,
    record.type.padEnd(6),
    where ?? '-',
    record.alias ?? record.action ?? '-',
    record.principal ?? '-',
    ending || '-',
  ];
  return cells.map(showText).join('  ');
}

/** Everything a record holds, a line a field; fields that are null are left out. */
export function recordDetails(record: AuditRecord): readonly (readonly [field: string, text: string])[] {
  return Object.entries(record).flatMap(([field, value]) =>
    UNSHOWN.has(field) || value === null ? [] : [[field, formatValue(value)] as const],
  );
}

/** The records a line each. `count` is told how many there were. */
export async function* linesOf(records: RecordStream, count: { records: number }): TextStream {
  for (;;) {
    const next = await records.next();
    if (next.done === true) return next.value;
    count.records += 1;
    yield `${recordLine(next.value.record)}\n`;
  }
}

/** The records as one JSON array. It is not closed when the log could not be read to its end, so that nobody takes it for whole. */
export async function* jsonOf(records: RecordStream): TextStream {
  let before = '[\n';
  for (;;) {
    const next = await records.next();
    if (next.done === true) {
      if (next.value === null) yield before === '[\n' ? '[]\n' : '\n]\n';
      return next.value;
    }
    yield `${before}  ${JSON.stringify(next.value.record)}`;
    before = ',\n';
  }
}

function formatValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.join(' ');
  return Object.entries(value)
    .map(([name, held]) => `${name}=${String(held)}`)
    .join(' ');
}
