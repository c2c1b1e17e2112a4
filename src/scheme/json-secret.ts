import type { Secret } from '../model/secret.js';
import { isTable, parseJson } from '../model/json-table.js';

/** A secret that is one JSON object, with its members; null when it is none. Whoever gets it keeps nothing of it. */
export function readJsonSecret(secret: Secret): Readonly<Record<string, unknown>> | null {
  const text = readText(secret);
  const value = text?.trimStart().startsWith('{') === true ? parseJson(text) : null;
  return isTable(value) ? value : null;
}

/** A secret as text; null when it is not UTF-8. */
export function readText(secret: Secret): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(secret.reveal());
  } catch {
    return null;
  }
}

/** A member that is a text, not empty, of printable ASCII; null when it is anything else. */
export function readMember(table: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = Object.hasOwn(table, name) ? table[name] : undefined;
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && /^[\x20-\x7e]+$/.test(text) ? text : null;
}

/** A part of a secret that is shorter could not be told from ordinary output, so it could not be hidden. */
export const MIN_PART_CHARACTERS = 8;
