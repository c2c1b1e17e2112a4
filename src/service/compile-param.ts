import type { Json, Param, Place } from '../model/service.js';
import type { KeyPath } from '../state/key-path.js';
import { checkValue } from './check-value.js';
import type { PatternChecker } from './patterns.js';
import type { Placement } from './placements.js';
import type { Report } from './report.js';
import { PARAM_NAME } from './read-template.js';
import type { ParamShape } from './schema.js';

/** A parameter as its file spells it, with every place of the alias that it fills. */
export type ParamSource = {
  readonly name: string;
  readonly shape: ParamShape;
  readonly path: KeyPath;
  readonly placements: readonly Placement[];
};

/** Turns a parameter's shape into the noun, and reports what does not fit together: also its default and listed values by its places. */
export async function compileParam(source: ParamSource, patterns: PatternChecker, report: Report): Promise<Param> {
  const { name, shape, path, placements } = source;
  if (!PARAM_NAME.test(name)) report.problem(path, 'a parameter’s name is letters, digits, _ and -, starting with a letter');
  if (placements.length === 0) report.problem(path, 'no template uses this parameter');
  const param = await toParam(source, patterns, report);

  if (shape.required === true && param.default !== null)
    report.problem([...path, 'required'], 'a parameter with a default is never required');
  if (param.allowLeading && !param.places.includes('argv'))
    report.problem([...path, 'allowLeading'], 'only an argument of a command has it');
  if (!param.required && param.default === null) checkOptional(placements, report);
  checkTypePlaces(param, placements, report);

  if (param.default !== null) {
    const fault = checkValue(param, param.default);
    if (fault !== null) report.problem([...path, 'default'], `cannot be the default: ${fault.detail}`);
  }
  if (param.type === 'enum') {
    if (new Set(param.values).size < param.values.length) report.problem([...path, 'values'], 'a value is listed twice');
    for (const [at, value] of param.values.entries()) {
      const fault = checkValue(param, value);
      if (fault !== null) report.problem([...path, 'values', at], `cannot be placed: ${fault.detail}`);
    }
  }
  return param;
}

async function toParam({ shape, path, placements }: ParamSource, patterns: PatternChecker, report: Report): Promise<Param> {
  const fallback = shape.type === 'file' ? null : readDefault(shape.default, path, report);
  const base = {
    default: fallback,
    required: shape.required ?? fallback === null,
    title: shape.title ?? null,
    places: [...new Set<Place>(placements.map(({ place }) => place))],
    allowLeading: shape.allowLeading ?? false,
  };
  switch (shape.type) {
    case 'string': {
      const fault = shape.pattern === undefined ? null : await patterns.check(shape.pattern);
      if (fault !== null) report.problem([...path, 'pattern'], fault);
      // A pattern that was refused is never compiled again, so that the default is not matched against it.
      return { ...base, type: 'string', pattern: fault === null ? (shape.pattern ?? null) : null, maxLength: shape.maxLength };
    }
    case 'integer':
    case 'number': {
      const { min = null, max = null } = shape;
      if (min !== null && max !== null && min > max) report.problem([...path, 'max'], 'is less than min');
      return { ...base, type: shape.type, min, max };
    }
    case 'enum':
      return { ...base, type: 'enum', values: shape.values };
    case 'file':
      return { ...base, type: 'file', maxBytes: shape.maxBytes };
    case 'boolean':
    case 'json':
      return { ...base, type: shape.type };
  }
}

function readDefault(given: unknown, path: KeyPath, report: Report): Json {
  if (given === undefined) return null;
  if (given === null) report.problem([...path, 'default'], 'null is no default; say required: false for a parameter that may be left out');
  return given as Json; // The YAML reader gives JSON values alone.
}

/** What an optional parameter leaves out must be clear: a whole field, header or argument, never a part of one or of the path. */
function checkOptional(placements: readonly Placement[], report: Report): void {
  for (const { place, alone, single, path } of placements) {
    if (place === 'path') report.problem(path, 'a parameter in a path must be required or have a default');
    else if (!alone && !(place === 'argv' && single)) report.problem(path, 'a parameter that may be left out must stand alone here');
  }
}

function checkTypePlaces(param: Param, placements: readonly Placement[], report: Report): void {
  for (const { place, alone, path } of placements) {
    if (param.type === 'file' && place !== 'body' && !(place === 'argv' && alone)) {
      report.problem(path, 'a file fills a raw body or a whole argument');
    }
    if (place === 'body' && param.type !== 'file' && param.type !== 'string') report.problem(path, 'a raw body takes a file or a string');
  }
}
