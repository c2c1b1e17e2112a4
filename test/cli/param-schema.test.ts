import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeSchema } from '../../src/cli/param-schema.js';
import { isDenial } from '../../src/denial/denial.js';
import type { Alias, Json } from '../../src/model/service.js';
import { checkFilled, readParameters } from '../../src/service/read-parameters.js';
import { compileDemo } from '../service/compiling.js';
import { SCHEMA_ROWS } from '../vectors/alias-schemas.js';

let alias: Alias;

beforeAll(async () => {
  alias = await compileDemo(`    title: Search
    effect: read
    params:
      text: { type: string, pattern: '[a-z]+|Z', maxLength: 5, title: What to look for }
      count: { type: integer, min: 1, max: 100 }
      share: { type: number, min: 0, max: 1, required: false }
      deep: { type: boolean, default: false }
      state: { type: enum, values: [open, closed], default: open }
      filter: { type: json, required: false }
    http: { method: POST, path: /search, query: { t: '{text}', n: '{count}', s: '{share}', d: '{deep}', state: '{state}' }, body: { filter: '{filter}' } }
`);
});

/** Whether a run would take these parameters, without a grant that pins any. */
function isTaken(params: Readonly<Record<string, Json>>): boolean {
  const given = Object.entries(params).map(([name, value]) => ({ name, kind: 'json', value }) as const);
  const read = readParameters(alias, given, null);
  return !isDenial(read) && checkFilled(alias, { ...read.defaults, ...read.values }) === null;
}

const isValid = (params: unknown, pins: Readonly<Record<string, readonly Json[]>> = {}) =>
  new Ajv2020().validate(describeSchema(alias.params, pins), params);

describe('an alias’s schema', () => {
  test.each(SCHEMA_ROWS)('agrees with the run on %s', (_what, params, fits) => {
    expect({ schema: isValid(params), run: isTaken(params) }).toEqual({ schema: fits, run: fits });
  });

  test('takes nothing that the run would refuse', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 7 }),
      fc.integer({ min: -5, max: 200 }),
      fc.double(),
      fc.boolean(),
      fc.constantFrom('open', 'a', 'Z', null),
    );
    const params = fc.record({ text: value, count: value, share: value, deep: value, state: value }, { requiredKeys: [] });
    fc.assert(fc.property(params, (one) => !isValid(one) || isTaken(one as Record<string, Json>)));
  });

  test('is valid in its own dialect, with the titles and defaults of the parameters', () => {
    const schema = describeSchema(alias.params, {});
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(new Ajv2020({ strict: true }).validateSchema(schema)).toBe(true);
    expect(schema['properties']).toMatchObject({ text: { title: 'What to look for' }, state: { default: 'open' } });
  });

  test('lets a pinned parameter be left out, or given with its one value', () => {
    const pins = { text: ['acme'] };
    expect([{ count: 1 }, { count: 1, text: 'acme' }, { count: 1, text: 'other' }].map((params) => isValid(params, pins))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('asks for a parameter that several grants pin to different values', () => {
    const pins = { state: ['open', 'closed'] };
    expect(
      [
        { count: 1, text: 'a' },
        { count: 1, text: 'a', state: 'closed' },
      ].map((params) => isValid(params, pins)),
    ).toEqual([false, true]);
  });
});
