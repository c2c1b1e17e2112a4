import type { AuditRecord } from '../model/audit.js';

/** The names in a record's `detail` that say what was changed, the most telling first. A tenant has a column of its own, but for what changes the tenant itself. */
const OBJECTS: readonly (readonly string[])[] = [
  ['credential'],
  ['grant'],
  ['effect', 'patterns'],
  ['service'],
  ['source'],
  ['schedule'],
  ['request'],
  ['session'],
  ['folder'],
  ['file'],
  ['backend'],
  ['provider'],
  ['tenant'],
];

/** What a record is about, for people: a run's alias, or a change and what it changed, as `secret set github-bot`. */
export function describeWhat({ alias, action, detail = {} }: AuditRecord): string {
  if (alias !== null && alias !== undefined) return alias;
  const object = OBJECTS.find((names) => names.every((name) => typeof detail[name] === 'string')) ?? [];
  return [action ?? '', ...object.map((name) => String(detail[name]))].join(' ');
}
