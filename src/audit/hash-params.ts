import { createHmac } from 'node:crypto';
import type { Json } from '../model/service.js';

/** Keeps these hashes apart from everything else that the same key authenticates. */
const PURPOSE = 'outloop audit parameter v1\n';
/** 128 bits: enough to recognise a value that one has, and short enough for a line. */
const HEX_CHARS = 32;

/**
 * Parameter name → HMAC-SHA-256 of its value under the state's audit key, 32 hex characters. The name is part of what is
 * hashed, so that equal values of two parameters do not show as equal. The value is taken as canonical JSON: object keys in
 * the order of their UTF-16 code units, no spaces (RFC 8785 section 3.2). The table has no prototype.
 */
export function hashParams(key: Uint8Array, values: Readonly<Record<string, Json>>): Record<string, string> {
  const hashes = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(values)) {
    const text = `${PURPOSE}${JSON.stringify(name)}:${writeCanonical(value)}`;
    hashes[name] = createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, HEX_CHARS);
  }
  return hashes;
}

function writeCanonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(writeCanonical).join(',')}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([name, item]) => `${JSON.stringify(name)}:${writeCanonical(item)}`).join(',')}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
