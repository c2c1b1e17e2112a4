import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { FileValue } from '../model/action.js';
import type { GivenParam } from '../model/run.js';
import type { Alias, Json, Param } from '../model/service.js';
import { suggestName } from '../model/suggest.js';
import { checkValue, findUnsafePlace, MAX_JSON_DEPTH, MAX_VALUE_BYTES, type ValueFault } from './check-value.js';
import { findJsonFault, INEXACT } from '../model/find-json-fault.js';
import { sendsNumber } from '../model/keeps-number.js';
import { openFiles } from './workspace-file.js';

/**
 * A request's parameters, typed and checked. `values` holds what the caller gave, `defaults` what the service fills in where
 * neither the caller nor a pin does: the order is given, pin, default. `missing` names the required ones that were not given;
 * a pin may still fill them. `files` holds the content of each given `file` parameter, whose value in `values` is its path.
 */
export type Parameters = {
  readonly values: Readonly<Record<string, Json>>;
  readonly defaults: Readonly<Record<string, Json>>;
  readonly files: Readonly<Record<string, FileValue>>;
  readonly missing: readonly string[];
};

/**
 * Reads what the caller gave by the alias's schema. `workspace` is the linked folder's real path, where `file` parameters
 * are opened (null: there is none, and they are refused). PARAM_INVALID or PARAM_UNSAFE name the parameter and say why
 * without its value; the first fault in the caller's order decides.
 */
export function readParameters(alias: Alias, given: readonly GivenParam[], workspace: string | null): Parameters | Denial {
  const values: Record<string, Json> = {};
  for (const one of given) {
    const param = findParam(alias, one.name);
    if (param === null) return refuseUnknown(alias, one.name, one.kind === 'text' ? null : keyNumber(given, one));
    if (Object.hasOwn(values, one.name)) return deny('PARAM_INVALID', { param: one.name, detail: 'it is given twice' });
    const read = one.kind === 'json' ? checked(param, one.value) : readText(param, one.text);
    if (read.kind !== 'ok') return refuseValue(one.name, read);
    values[one.name] = read.value;
  }

  const defaults: Record<string, Json> = {};
  const missing: string[] = [];
  for (const [name, param] of Object.entries(alias.params)) {
    if (Object.hasOwn(values, name)) continue;
    if (param.default !== null) defaults[name] = param.default;
    else if (param.required) missing.push(name);
  }

  const files = openFiles({ alias, values, workspace, opened: {} });
  return isDenial(files) ? files : { values, defaults, files, missing };
}

/**
 * Checks every value of a request once pins and defaults are filled in, as strictly as what a caller gives: types, ranges
 * and the places they fill. A required parameter without a value is PARAM_INVALID. Null: the request may be filled.
 */
export function checkFilled(alias: Alias, values: Readonly<Record<string, Json>>): Denial | null {
  for (const [name, value] of Object.entries(values)) {
    const param = findParam(alias, name);
    if (param === null) return refuseUnknown(alias, name, null);
    const fault = checkValue(param, value);
    if (fault !== null) return refuseValue(name, fault);
  }
  const missing = Object.entries(alias.params).find(([name, param]) => param.required && !Object.hasOwn(values, name));
  return missing === undefined ? null : deny('PARAM_INVALID', { param: missing[0], detail: 'it is required' });
}

/** A value that its parameter takes, or what is wrong with it. */
export type ReadValue = { readonly kind: 'ok'; readonly value: Json } | ValueFault;

/**
 * Reads a text as the value of a parameter, as a run reads `name=value`. Safety comes before the type: `..` for a number in a path is unsafe first of
 * all, and the caller should not encode around it.
 */
export function readText(param: Param, text: string): ReadValue {
  if (Buffer.byteLength(text) > MAX_VALUE_BYTES) return { kind: 'invalid', detail: 'it is longer than 64 KiB' };
  const unsafe = findUnsafePlace(param, text);
  if (unsafe !== null) return unsafe;
  const typed = parseText(param, text);
  return typed.kind === 'ok' ? checked(param, typed.value) : typed;
}

function checked(param: Param, value: Json): ReadValue {
  return checkValue(param, value) ?? { kind: 'ok', value };
}

/** Text from the command line as a value of the parameter's type; numbers are spelt in one way only, as JSON spells them. */
function parseText(param: Param, text: string): ReadValue {
  switch (param.type) {
    case 'string':
    case 'enum':
    case 'file':
      return { kind: 'ok', value: text };
    case 'integer':
      if (!/^(?:0|-?[1-9][0-9]*)$/.test(text)) return { kind: 'invalid', detail: 'it must be an integer in plain decimal digits' };
      return sendsNumber(text) ? { kind: 'ok', value: Number(text) } : { kind: 'invalid', detail: `it is ${INEXACT}` };
    case 'number':
      if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(text))
        return { kind: 'invalid', detail: 'it must be a number in decimal digits' };
      return sendsNumber(text) ? { kind: 'ok', value: Number(text) } : { kind: 'invalid', detail: `it is ${INEXACT}` };
    case 'boolean':
      return text === 'true' || text === 'false'
        ? { kind: 'ok', value: text === 'true' }
        : { kind: 'invalid', detail: 'it must be true or false' };
    case 'json': {
      const detail = findJsonFault(text, MAX_JSON_DEPTH);
      return detail === null ? { kind: 'ok', value: JSON.parse(text) as Json } : { kind: 'invalid', detail };
    }
  }
}

/** `hasOwn`, because a caller may name a parameter `constructor`. */
function findParam(alias: Alias, name: string): Param | null {
  return Object.hasOwn(alias.params, name) ? (alias.params[name] ?? null) : null;
}

/** Which key of its file a parameter is, from 1. */
function keyNumber(given: readonly GivenParam[], one: GivenParam): number {
  return given.filter(({ kind }) => kind === 'json').indexOf(one) + 1;
}

/**
 * A name that cannot be one is not repeated: a value may have been pasted in its place. `key`: the number of the key in a file, of which nothing is
 * repeated; null: it was typed.
 */
function refuseUnknown(alias: Alias, name: string, key: number | null): Denial {
  const known = Object.keys(alias.params);
  // JavaScript puts keys of digits alone before all others, so that their number is not that of the file.
  const param = key === null ? name : /^[0-9]+$/.test(name) ? '?' : `${key} of the --params file`;
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name))
    return deny('PARAM_INVALID', { param: key === null ? '?' : param, detail: 'its name is not a parameter’s name' });
  const near = suggestName(name, known);
  const hint = near !== null ? `did you mean ${near}?` : known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`;
  return deny('PARAM_INVALID', { param, detail: `${alias.alias} has no such parameter; ${hint}` });
}

function refuseValue(name: string, fault: ValueFault): Denial {
  return deny(fault.kind === 'unsafe' ? 'PARAM_UNSAFE' : 'PARAM_INVALID', { param: name, detail: fault.detail });
}
