import type { Alias, Json, Param } from '../model/service.js';

/** The dialect that the schemas are written in (json-schema.org/draft/2020-12). */
const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

type Pins = Readonly<Record<string, readonly Json[]>>;
type Schema = Readonly<Record<string, Json>>;

/**
 * An alias's parameters as a JSON Schema of the object that `--params` takes. A pinned parameter is narrowed to the values
 * that the tenant's grants accept; it may be left out where they agree on one, and must be given where they do not.
 */
export function describeSchema(params: Alias['params'], pins: Pins): Schema {
  const properties: Record<string, Json> = {};
  const required: string[] = [];
  for (const [name, param] of Object.entries(params)) {
    const pinned = Object.hasOwn(pins, name) ? pins[name] : undefined;
    properties[name] = { ...describeParam(param), ...narrow(pinned) };
    if (pinned === undefined ? param.required : pinned.length > 1) required.push(name);
  }
  return { $schema: DIALECT, type: 'object', properties, required, additionalProperties: false };
}

function narrow(pinned: readonly Json[] | undefined): Schema {
  if (pinned === undefined) return {};
  const [only, ...others] = pinned;
  return only !== undefined && others.length === 0 ? { const: only } : { enum: pinned };
}

function describeParam(param: Param): Schema {
  return {
    ...(param.title === null ? {} : { title: param.title }),
    ...describeType(param),
    ...(param.default === null ? {} : { default: param.default }),
  };
}

function describeType(param: Param): Schema {
  switch (param.type) {
    case 'string':
      // A pattern here matches the whole value; one of JSON Schema is found anywhere unless it is anchored (section 6.3.3).
      return { type: 'string', maxLength: param.maxLength, ...(param.pattern === null ? {} : { pattern: `^(?:${param.pattern})$` }) };
    case 'integer':
    case 'number':
      return {
        type: param.type,
        ...(param.min === null ? {} : { minimum: param.min }),
        ...(param.max === null ? {} : { maximum: param.max }),
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'enum':
      return { type: 'string', enum: param.values };
    case 'json':
      return {};
    case 'file':
      return { type: 'string', description: 'a path inside the linked folder, relative to it' };
  }
}
