import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import type { Alias, Json } from '../../src/model/service.js';
import { fillCommand } from '../../src/service/fill-command.js';
import { compileDemo } from './compiling.js';

const demo = (params: string, command: string, more = ''): Promise<Alias> =>
  compileDemo(`    title: T\n    effect: read\n    params: ${params}\n    command: ${command}\n${more}`);
const argvOf = (alias: Alias, values: Record<string, Json>, extra: readonly string[] = []): unknown => {
  const command = fillCommand(alias, values, {}, extra);
  return isDenial(command) ? command.code : command.argv;
};

describe('filling a command line', () => {
  it('each value is one element, whatever it holds', async () => {
    const alias = await demo(
      '{ a: { type: string }, n: { type: integer } }',
      "{ argv: [/bin/x, sub, '{a}', '--n={n}'], env: { LC: '1' } }",
    );
    expect(fillCommand(alias, { a: 'x y; $(id)', n: 3 }, {}, [])).toEqual({
      kind: 'command',
      executable: '/bin/x',
      argv: ['sub', 'x y; $(id)', '--n=3'],
      files: [],
      env: [['LC', '1']],
    });
  });

  it('for any text, the number of elements and all others stay', async () => {
    const alias = await demo('{ a: { type: string } }', "{ argv: [/bin/x, first, '{a}', 'k={a}', last] }");
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'-@ \0"\'$`\\\n=') })), (a) => {
        const command = fillCommand(alias, { a }, {}, []);
        if (isDenial(command)) expect(command.code).toBe('PARAM_UNSAFE');
        else expect(command.argv).toEqual(['first', a, `k=${a}`, 'last']);
        expect(isDenial(command)).toBe(/^[-@]|\0|\p{Surrogate}/u.test(a));
      }),
      { numRuns: 2000 },
    );
  });

  it('an element that an optional parameter would fill is left out', async () => {
    const alias = await demo('{ a: { type: string, required: false } }', "{ argv: [/bin/x, '{a}', '--a={a}', z] }");
    expect(argvOf(alias, {})).toEqual(['z']);
    expect(argvOf(alias, { a: 'b' })).toEqual(['b', '--a=b', 'z']);
  });

  it('values that make an argument longer than the system takes are refused', async () => {
    const alias = await demo('{ a: { type: string }, b: { type: string } }', "{ argv: [/bin/x, '{a}{b}'] }");
    expect(argvOf(alias, { a: 'x'.repeat(65_536), b: 'x'.repeat(65_535) })).toHaveLength(1);
    expect(fillCommand(alias, { a: 'x'.repeat(65_536), b: 'ü'.repeat(32_768) }, {}, [])).toMatchObject({
      code: 'PARAM_INVALID',
      facts: { param: 'a, b' },
    });
  });

  it('and so are all that make a command line too long', async () => {
    const alias = await demo('{ a: { type: string } }', "{ argv: [/bin/x, '{a}'] }", "    args: { pattern: '.*', max: 100 }\n");
    const long = 'x'.repeat(65_536);
    expect(argvOf(alias, { a: 'x' }, Array<string>(13).fill(long))).toHaveLength(14);
    expect(fillCommand(alias, { a: 'x' }, {}, Array<string>(14).fill(long))).toMatchObject({
      code: 'PARAM_INVALID',
      facts: { param: 'a, --' },
    });
  });

  it('allowLeading lets a value be an option', async () => {
    const alias = await demo('{ a: { type: string, allowLeading: true } }', "{ argv: [/bin/x, '{a}'] }");
    expect(argvOf(alias, { a: '-x' })).toEqual(['-x']);
  });

  it('an empty value does not let the next one lead', async () => {
    const alias = await demo('{ a: { type: string }, b: { type: string, allowLeading: true } }', "{ argv: [/bin/x, '{a}{b}'] }");
    expect(argvOf(alias, { a: '', b: '-x' })).toBe('PARAM_UNSAFE');
  });

  it('a file parameter names the element that its copy goes to', async () => {
    const alias = await demo('{ f: { type: file }, o: { type: string, required: false } }', "{ argv: [/bin/x, '{o}', '{f}', z] }");
    const bytes = new Uint8Array([1]);
    expect(fillCommand(alias, { f: 'in/a.csv' }, { f: { name: 'a.csv', bytes } }, [])).toMatchObject({
      argv: ['a.csv', 'z'],
      files: [{ index: 0, name: 'a.csv', bytes }],
    });
    expect(argvOf(alias, { f: 'in/a.csv' })).toBe('PARAM_INVALID');
  });

  it('extra arguments need a rule, and keep to it', async () => {
    const none = await demo('{}', '{ argv: [/bin/x] }');
    expect(fillCommand(none, {}, {}, ['a'])).toMatchObject({ code: 'PARAM_INVALID', facts: { param: '--' } });
    expect(argvOf(none, {})).toEqual([]);
    const some = await demo('{}', '{ argv: [/bin/x, --] }', "    args: { pattern: '[a-z-]+', max: 2 }\n");
    expect(argvOf(some, {}, ['-v', 'b'])).toEqual(['--', '-v', 'b']);
    expect(argvOf(some, {}, ['a', 'b', 'c'])).toBe('PARAM_INVALID');
    expect(argvOf(some, {}, ['A'])).toBe('PARAM_INVALID');
    expect(argvOf(some, {}, ['a\n'])).toBe('PARAM_INVALID');
    expect(argvOf(some, {}, ['a\0'])).toBe('PARAM_UNSAFE');
    expect(argvOf(some, {}, ['a'.repeat(70_000)])).toBe('PARAM_INVALID');
  });
});
