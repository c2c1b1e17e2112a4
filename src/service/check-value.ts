import type { Json, Param } from '../model/service.js';
import { INEXACT } from '../model/find-json-fault.js';
import { sendsNumber } from '../model/keeps-number.js';
import { formatValue } from './format-value.js';
import { matchesWhole } from './match-pattern.js';
import { findUnsafe } from './place-safety.js';

/** What is wrong with a value: `invalid` by its schema, or `unsafe` in a place it fills. `detail` holds nothing of the value. */
export type ValueFault = { readonly kind: 'invalid' | 'unsafe'; readonly detail: string };

/** A value is at most this many bytes of UTF-8, as text or as JSON. */
export const MAX_VALUE_BYTES = 65_536;
/** JSON nests at most this deep; a bare value is at depth 0. */
export const MAX_JSON_DEPTH = 64;

/**
 * Checks a typed value against its parameter: type, size, every place it fills, then pattern and range. A `file` parameter's
 * value is a path; what it names is opened elsewhere. Null: nothing is wrong.
 */
export function checkValue(param: Param, value: Json): ValueFault | null {
  const mistyped = findMistyped(param, value);
  if (mistyped !== null) return invalid(mistyped);
  const tree = findBadTree(value);
  if (tree !== null) return tree;
  const text = formatValue(value);
  if (Buffer.byteLength(text) > MAX_VALUE_BYTES) return invalid('it is longer than 64 KiB');
  return findUnsafePlace(param, text) ?? findOutOfRange(param, value);
}

/** The text against every place that the parameter fills; a file's path fills none, since its content or its copy does. */
export function findUnsafePlace(param: Param, text: string): ValueFault | null {
  if (param.type === 'file') return null;
  for (const place of param.places) {
    const detail = findUnsafe({ place, text, allowLeading: param.allowLeading });
    if (detail !== null) return { kind: 'unsafe', detail };
  }
  return null;
}

function findMistyped(param: Param, value: Json): string | null {
  switch (param.type) {
    case 'string':
      return typeof value === 'string' ? null : 'it must be a string';
    case 'file':
      return typeof value === 'string' ? null : 'it must be the path of a file in the workspace';
    case 'enum':
      return typeof value === 'string' ? null : describeEnum(param.values);
    case 'integer':
      return Number.isSafeInteger(value) ? null : 'it must be an integer';
    case 'number':
      return Number.isFinite(value) ? null : 'it must be a number';
    case 'boolean':
      return typeof value === 'boolean' ? null : 'it must be true or false';
    case 'json':
      return null;
  }
}

function findOutOfRange(param: Param, value: Json): ValueFault | null {
  switch (param.type) {
    case 'string':
      if (typeof value !== 'string') return null;
      if (value.length > param.maxLength) return invalid(`it is longer than ${param.maxLength} characters`);
      return param.pattern === null || matchesWhole(param.pattern, value) ? null : invalid(describePattern(param.pattern));
    case 'enum':
      return typeof value === 'string' && param.values.includes(value) ? null : invalid(describeEnum(param.values));
    case 'integer':
    case 'number':
      if (typeof value !== 'number') return null;
      if (param.min !== null && value < param.min) return invalid(`it must be at least ${param.min}`);
      return param.max !== null && value > param.max ? invalid(`it must be at most ${param.max}`) : null;
    case 'boolean':
    case 'json':
    case 'file':
      return null;
  }
}

/** A pattern comes from the service file, as the values of an enumeration do; a long one says little. */
function describePattern(pattern: string): string {
  return pattern.length <= 80 ? `it does not match the pattern ${pattern}` : 'it does not match its pattern';
}

/** The permitted values come from the service file, which is public to whoever may run the alias. */
function describeEnum(values: readonly string[]): string {
  return values.length <= 20 ? `it must be one of ${values.join(', ')}` : 'it must be one of its listed values';
}

/** Walks without recursion: the depth is the caller's to choose. Each level holds the values of the one above. */
function findBadTree(root: Json): ValueFault | null {
  let level: readonly Json[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    const next: Json[] = [];
    for (const value of level) {
      if (typeof value === 'string' && /[\ud800-\udfff]/u.test(value)) return unsafe('it holds text that is not Unicode');
      // JSON.parse reads 1e400 as Infinity, which would be sent as null, 2^53 + 1 as its neighbour, and -0 as what is sent as 0.
      if (typeof value === 'number' && !sendsNumber(Object.is(value, -0) ? '-0' : String(value))) return invalid(`it holds ${INEXACT}`);
      if (typeof value !== 'object' || value === null) continue;
      if (depth >= MAX_JSON_DEPTH) return invalid(`it nests deeper than ${MAX_JSON_DEPTH} levels`);
      if (Object.keys(value).some((key) => /[\ud800-\udfff]/u.test(key))) return unsafe('it holds text that is not Unicode');
      for (const child of Object.values<Json>(value)) next.push(child);
    }
    level = next;
  }
  return null;
}

function invalid(detail: string): ValueFault {
  return { kind: 'invalid', detail };
}

function unsafe(detail: string): ValueFault {
  return { kind: 'unsafe', detail };
}
