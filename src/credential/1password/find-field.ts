import { isTable } from '../../model/json-table.js';
import type { BackendAnswer } from '../backend.js';
import { unreadable } from '../remote/judge-reply.js';
import type { OpReference } from './op-reference.js';

/** A field's value, or why there is none. */
export type FieldAnswer = { readonly kind: 'field'; readonly value: unknown } | Exclude<BackendAnswer, { kind: 'value' }>;

/**
 * The one field of an item that a reference names, by label or id; names are not case-sensitive. Without a section in the reference a field
 * outside every section comes first. A field without a value is empty text.
 */
export function findField(item: Readonly<Record<string, unknown>>, ref: OpReference): FieldAnswer {
  const { fields = [], sections = [] } = item;
  if (!Array.isArray(fields) || !Array.isArray(sections)) return unreadable();
  const section = ref.section === null ? null : namesOf(sections, ref.section);
  const named = fields.filter(isTable).filter((field) => answersTo(field, ref.field));
  const placed = named.filter((field) => section === null || section.has(sectionOf(field)));
  const loose = section === null ? placed.filter((field) => sectionOf(field) === '') : [];
  const [first, second] = loose.length > 0 ? loose : placed;
  if (first === undefined) return { kind: 'absent' };
  if (second !== undefined)
    return { kind: 'damaged', detail: 'several fields have the name in its ref; name their section, or use their ids' };
  return { kind: 'field', value: first['value'] ?? '' };
}

/** The ids of the sections that answer to a name. */
function namesOf(sections: readonly unknown[], name: string): ReadonlySet<string> {
  return new Set(
    sections
      .filter(isTable)
      .filter((one) => answersTo(one, name))
      .map((one) => String(one['id'])),
  );
}

function answersTo(one: Readonly<Record<string, unknown>>, name: string): boolean {
  const wanted = name.toLowerCase();
  return [one['id'], one['label']].some((given) => typeof given === 'string' && given.toLowerCase() === wanted);
}

function sectionOf(field: Readonly<Record<string, unknown>>): string {
  const section = field['section'];
  return isTable(section) && typeof section['id'] === 'string' ? section['id'] : '';
}
