import type { Verification } from '../broker/administration/audit-log.js';

/** A break of the audit chain on one line: where it is, and how it is not what was written. Nothing in it comes from a record. */
export function describeBreak({ file, line, seq, why }: Verification['breaks'][number]): string {
  return `${file}, line ${line}, record ${seq ?? '?'}: ${why}`;
}
