import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import type { GivenParam } from '../../src/model/run.js';
import { checkFilled, readParameters } from '../../src/service/read-parameters.js';
import { PLACE_ROWS, VALUE_ROWS } from '../vectors/service-values.js';
import { compileDemo } from './compiling.js';

const text = (name: string, value: string): GivenParam => ({ name, kind: 'text', text: value });
const inQuery = (param: string) =>
  compileDemo(`    title: T\n    effect: read\n    params: { a: ${param} }\n    http: { method: GET, path: /, query: { q: '{a}' } }\n`);
const ACTIONS = {
  path: "http: { method: GET, path: '/x/{a}' }",
  header: "http: { method: GET, path: /, headers: { X-A: '{a}' } }",
  argv: "command: { argv: [/bin/x, '{a}'] }",
};

describe('reading parameters', () => {
  it.each(VALUE_ROWS.map((row) => ({ ...row, shown: JSON.stringify(row.text.slice(0, 40)) })))(
    '$kind $shown → $code',
    async ({ param, text: given, value, code }) => {
      const read = readParameters(await inQuery(param), [text('a', given)], null);
      if (code === undefined) expect(read).toMatchObject({ values: { a: value }, missing: [] });
      else expect(read).toMatchObject({ code, facts: { param: 'a' } });
    },
  );

  it.each(PLACE_ROWS.map((row) => ({ ...row, shown: JSON.stringify(row.text) })))(
    '$place $shown unsafe: $unsafe',
    async ({ place, text: given, unsafe }) => {
      const alias = await compileDemo(`    title: T\n    effect: read\n    params: { a: { type: string } }\n    ${ACTIONS[place]}\n`);
      const read = readParameters(alias, [text('a', given)], null);
      if (unsafe) expect(read).toMatchObject({ code: 'PARAM_UNSAFE', facts: { param: 'a' } });
      else expect(read).toMatchObject({ values: { a: given } });
      expect(checkFilled(alias, { a: given })?.code).toBe(unsafe ? 'PARAM_UNSAFE' : undefined);
    },
  );

  it('safety is judged before the type and the pattern', async () => {
    const alias = await compileDemo(`    title: T
    effect: read
    params: { a: { type: integer }, b: { type: string, pattern: '[a-z]+' } }
    http: { method: GET, path: '/{a}/{b}' }
`);
    expect(readParameters(alias, [text('a', '..')], null)).toMatchObject({ code: 'PARAM_UNSAFE', facts: { param: 'a' } });
    expect(readParameters(alias, [text('b', '../x')], null)).toMatchObject({ code: 'PARAM_UNSAFE', facts: { param: 'b' } });
  });

  it('a parameter from JSON keeps its type, and another type is refused', async () => {
    const alias = await inQuery('{ type: integer }');
    expect(readParameters(alias, [{ name: 'a', kind: 'json', value: 5 }], null)).toMatchObject({ values: { a: 5 } });
    for (const value of ['5', 1.5, true, null, [5]]) {
      expect(readParameters(alias, [{ name: 'a', kind: 'json', value }], null)).toMatchObject({ code: 'PARAM_INVALID' });
    }
  });

  it.each([
    ["{ type: string, pattern: '[a-z]+' }", 'A', 'it does not match the pattern [a-z]+'],
    [`{ type: string, pattern: '${'[a-z]'.repeat(20)}' }`, 'A', 'it does not match its pattern'],
    ['{ type: integer }', '1.0', 'it must be an integer in plain decimal digits'],
    ['{ type: integer }', '9007199254740993', 'it is a number that cannot be kept exactly'],
    ['{ type: integer }', '99999999999999999999', 'it is a number that cannot be kept exactly'],
  ])('%s with %s is told what its schema says', async (param, given, detail) => {
    expect(readParameters(await inQuery(param), [text('a', given)], null)).toMatchObject({ code: 'PARAM_INVALID', facts: { detail } });
  });

  it('a number that JSON text cannot spell, or that is not exact, is refused, wherever the value comes from', async () => {
    const alias = await inQuery('{ type: json }');
    for (const value of [Infinity, [-Infinity], { z: JSON.parse('1e999') as number }, 2 ** 53, [-0]]) {
      const refused = { code: 'PARAM_INVALID', facts: { param: 'a', detail: 'it holds a number that cannot be kept exactly' } };
      expect(readParameters(alias, [{ name: 'a', kind: 'json', value }], null)).toMatchObject(refused);
      expect(checkFilled(alias, { a: value })).toMatchObject(refused);
    }
  });

  it('JSON that nests without end is refused without recursion', async () => {
    let deep: GivenParam & { kind: 'json' } = { name: 'a', kind: 'json', value: [] };
    for (let n = 0; n < 50_000; n++) deep = { ...deep, value: [deep.value] };
    expect(readParameters(await inQuery('{ type: json }'), [deep], null)).toMatchObject({ code: 'PARAM_INVALID' });
  });

  it('values end at 64 KiB of UTF-8', async () => {
    const alias = await inQuery('{ type: string }');
    expect(readParameters(alias, [text('a', 'x'.repeat(65_536))], null)).toMatchObject({ missing: [] });
    expect(readParameters(alias, [text('a', 'x'.repeat(65_537))], null)).toMatchObject({ code: 'PARAM_INVALID' });
    expect(readParameters(alias, [text('a', 'é'.repeat(32_769))], null)).toMatchObject({ code: 'PARAM_INVALID' });
  });

  it('an unknown parameter is refused with the nearest name', async () => {
    const alias = await inQuery('{ type: string }');
    expect(readParameters(alias, [text('b', 'x')], null)).toMatchObject({ code: 'PARAM_INVALID', facts: { param: 'b' } });
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect(readParameters(alias, [text(name, 'x')], null)).toMatchObject({ code: 'PARAM_INVALID', facts: { param: name } });
    }
    expect(readParameters(alias, [text('__proto__', 'x')], null)).toMatchObject({ code: 'PARAM_INVALID', facts: { param: '?' } });
  });

  it('what cannot be a name is not repeated', async () => {
    const denial = readParameters(await inQuery('{ type: string }'), [text('sk_live/secret value', 'x')], null);
    expect(JSON.stringify(denial)).not.toContain('sk_live');
  });

  it('a parameter given twice is refused', async () => {
    const denial = readParameters(await inQuery('{ type: string }'), [text('a', 'x'), text('a', 'x')], null);
    expect(denial).toMatchObject({ code: 'PARAM_INVALID', facts: { param: 'a', detail: 'it is given twice' } });
  });

  it('what is not given is a default, missing, or left out', async () => {
    const alias = await compileDemo(`    title: T
    effect: read
    params:
      a: { type: string }
      b: { type: integer, default: 3 }
      c: { type: string, required: false }
      d: { type: boolean, default: false }
    http: { method: GET, path: /, query: { a: '{a}', b: '{b}', c: '{c}', d: '{d}' } }
`);
    expect(readParameters(alias, [], null)).toEqual({ values: {}, defaults: { b: 3, d: false }, files: {}, missing: ['a'] });
    expect(readParameters(alias, [text('b', '4')], null)).toMatchObject({ values: { b: 4 }, defaults: { d: false } });
    expect(checkFilled(alias, {})).toMatchObject({ code: 'PARAM_INVALID', facts: { param: 'a' } });
    expect(checkFilled(alias, { a: 'x' })).toBeNull();
  });

  it('a value that a pin fills in is checked as what a caller gives', async () => {
    const alias = await inQuery('{ type: integer, max: 5 }');
    expect(checkFilled(alias, { a: '5' })).toMatchObject({ code: 'PARAM_INVALID' });
    expect(checkFilled(alias, { a: 6 })).toMatchObject({ code: 'PARAM_INVALID' });
    expect(checkFilled(alias, { b: 5, a: 5 })).toMatchObject({ code: 'PARAM_INVALID', facts: { param: 'b' } });
  });

  it('no denial holds a value', async () => {
    const alias = await compileDemo(`    title: T
    effect: read
    params: { a: { type: string, pattern: 'x' }, b: { type: json }, c: { type: integer } }
    http: { method: GET, path: '/{a}', query: { b: '{b}', c: '{c}' } }
`);
    fc.assert(
      fc.property(fc.constantFrom('a', 'b', 'c'), fc.string(), (name, noise) => {
        const read = readParameters(alias, [text(name, `hunter2${noise}`)], null);
        expect(isDenial(read)).toBe(true);
        expect(JSON.stringify(read)).not.toContain('hunter2');
      }),
    );
  });

  it('JSON text is taken exactly where JSON.parse takes it, and comes back as JSON', async () => {
    const alias = await inQuery('{ type: json }');
    const jsonish = fc.oneof(
      fc.json({ depthSize: 'medium' }),
      fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0019-+.eE \ntrufalsn') }),
      fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([json, at, noise]) => json.slice(0, at % (json.length + 1)) + noise),
    );
    fc.assert(
      fc.property(jsonish, (given) => {
        const read = readParameters(alias, [text('a', given)], null);
        let parsed: unknown;
        try {
          parsed = JSON.parse(given);
        } catch {
          expect(read).toMatchObject({ code: 'PARAM_INVALID' });
          return;
        }
        if (isDenial(read))
          expect(read.code === 'PARAM_UNSAFE' || /deeper|null|cannot be kept exactly/.test(String(read.facts['detail']))).toBe(true);
        else expect(read.values['a']).toEqual(parsed);
      }),
      { numRuns: 1000 },
    );
  });
});
