import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { formatProblem } from '../../src/model/problem.js';
import { checkShape } from '../../src/state/check-shape.js';
import { parseYaml } from '../../src/state/yaml.js';

const schema = z.strictObject({
  version: z.literal(1),
  title: z.string().optional(),
  aliases: z
    .record(
      z.string().regex(/^[a-z.]+$/, 'must be a dotted name'),
      z.strictObject({
        effect: z.enum(['read', 'write', 'destructive']),
        limits: z.strictObject({ timeoutMs: z.int().min(1).max(3600000).optional() }).optional(),
        list: z.array(z.strictObject({ name: z.string() })).optional(),
        either: z.union([z.string(), z.strictObject({ template: z.string() })]).optional(),
        kind: z
          .discriminatedUnion('type', [
            z.strictObject({ type: z.literal('a'), alpha: z.string() }),
            z.strictObject({ type: z.literal('b'), beta: z.string() }),
          ])
          .optional(),
      }),
    )
    .default({}),
});

const check = (text: string) => {
  const parsed = parseYaml('services/x.yaml', text);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(formatProblem).join());
  return checkShape(schema, parsed);
};
const said = (text: string) => {
  const checked = check(text);
  return checked.kind === 'ok' ? [] : checked.problems.map(formatProblem);
};

describe('a document against its schema', () => {
  test('one that fits gives the output with defaults', () => {
    expect(check('version: 1\n')).toEqual({ kind: 'ok', value: { version: 1, aliases: {} } });
  });

  test('an unknown key is named with its place and the key that was meant', () => {
    expect(said('version: 1\naliases:\n  a.b:\n    efect: read\n    effect: read\n')).toEqual([
      'services/x.yaml:4:5 aliases.a.b.efect: unknown key; did you mean effect?',
    ]);
    expect(said('version: 1\nalliases: {}\n')).toEqual(['services/x.yaml:2:1 alliases: unknown key; did you mean aliases?']);
    expect(said('version: 1\nzzzzzzzz: {}\n')).toEqual(['services/x.yaml:2:1 zzzzzzzz: unknown key']);
  });

  test('unknown keys are found in lists, options and unions', () => {
    expect(said('version: 1\naliases: {a.b: {effect: read, limits: {timeoutms: 1}}}\n')).toEqual([
      expect.stringMatching(/limits\.timeoutms: unknown key; did you mean timeoutMs\?$/),
    ]);
    expect(said('version: 1\naliases: {a.b: {effect: read, list: [{name: x, nme: y}]}}\n')).toEqual([
      expect.stringMatching(/list\.0\.nme: unknown key; did you mean name\?$/),
    ]);
    expect(said('version: 1\naliases: {a.b: {effect: read, either: {template: x, templte: y}}}\n')).toEqual([
      expect.stringMatching(/either\.templte: unknown key; did you mean template\?$/),
    ]);
    expect(said('version: 1\naliases: {a.b: {effect: read, kind: {type: a, alpha: x, beta: y}}}\n')).toEqual([
      expect.stringMatching(/kind\.beta: unknown key; type a has no beta$/),
    ]);
  });

  test('a key is never taken for itself, nor for one that does not go with its type', () => {
    expect(said('version: 1\naliases: {a.b: {effect: read, kind: {type: a, alpha: x, betta: y}}}\n')).toEqual([
      expect.stringMatching(/kind\.betta: unknown key$/),
    ]);
    expect(said('version: 1\naliases: {a.b: {effect: read, either: {template: x, name: y}}}\n')).toEqual([
      expect.stringMatching(/either\.name: unknown key$/),
    ]);
  });

  test.each([
    ['aliases:', 'aliases: is empty; it must be a mapping of keys to values'],
    ['title: 5', 'title: must be text'],
    ['aliases: []', 'aliases: must be a mapping of keys to values'],
    ['aliases: {a.b: {effect: read, list: }}', 'aliases.a.b.list: is empty; it must be a list'],
    ['aliases: {a.b: {effect: read, limits: {timeoutMs: 0}}}', 'aliases.a.b.limits.timeoutMs: must be at least 1'],
    ['aliases: {a.b: {effect: read, limits: {timeoutMs: 3600001}}}', 'aliases.a.b.limits.timeoutMs: must be at most 3600000'],
    ['aliases: {a.b: {effect: read, limits: {timeoutMs: 1.5}}}', 'aliases.a.b.limits.timeoutMs: must be a whole number'],
  ])('what is wrong with a value is said in plain words: %s', (line, words) => {
    expect(said(`version: 1\n${line}\n`)).toEqual([expect.stringMatching(new RegExp(` ${words.replaceAll('.', '\\.')}$`))]);
  });

  test('a version that is no number is told which it must be', () => {
    expect(said("version: 'x'\n")).toEqual([expect.stringMatching(/ version: must be 1$/)]);
  });

  test('an enum names what it takes, and what was meant', () => {
    expect(said('version: 1\naliases: {a.b: {effect: wirte}}\n')).toEqual([
      'services/x.yaml:2:17 aliases.a.b.effect: must be one of read, write, destructive; did you mean write?',
    ]);
  });

  test('so does the type that chooses between shapes', () => {
    const kind = (text: string) => said(`version: 1\naliases: {a.b: {effect: read, kind: ${text}}}\n`);
    expect(kind('{type: c}')).toEqual([expect.stringMatching(/kind\.type: must be one of a, b; did you mean a\?$/)]);
    expect(kind('{type: 5}')).toEqual([expect.stringMatching(/kind\.type: must be one of a, b$/)]);
    expect(kind('{alpha: x}')).toEqual([expect.stringMatching(/kind\.type: missing$/)]);
  });

  test('a missing key is shown where its mapping stands', () => {
    expect(said('version: 1\naliases:\n  a.b: {}\n')).toEqual(['services/x.yaml:3:3 aliases.a.b.effect: missing']);
    expect(said('title: x\n')).toEqual(['services/x.yaml:1:1 version: missing; this outloop reads version 1']);
  });

  test('a version that is not known is the only problem', () => {
    expect(said('version: 2\nnonsense: true\n')).toEqual([
      'services/x.yaml:1:1 version: version 2 is not known; this outloop reads version 1',
    ]);
  });

  test('a version that is not a number is a problem', () => {
    expect(said("version: '1'\n")).toHaveLength(1);
    expect(said('version: null\n')).toHaveLength(1);
  });

  test('a key that is not valid is named with the reason', () => {
    expect(said('version: 1\naliases: {A_B: {effect: read}}\n')).toEqual([
      expect.stringMatching(/aliases\.A_B: not a valid key: must be a dotted name$/),
    ]);
  });

  test('no problem quotes a value', () => {
    const secret = 'sk-live-0123456789';
    const texts = [
      `version: ${secret}`,
      `version: 1\ntitle: [${secret}]`,
      `version: 1\naliases: {a.b: {effect: ${secret}}}`,
      `version: 1\naliases: {a.b: {effect: read, limits: ${secret}}}`,
      `version: 1\naliases: {a.b: {effect: read, limits: {timeoutMs: ${secret}}}}`,
      `version: 1\naliases: {a.b: {effect: read, kind: {type: ${secret}}}}`,
      `version: 1\naliases: {a.b: {effect: read, either: [${secret}]}}`,
      `version: 1\naliases: ${secret}`,
    ];
    for (const text of texts) {
      expect(said(text).length).toBeGreaterThan(0);
      expect(said(text).join()).not.toContain(secret);
    }
  });

  test('problems come in the order of the file', () => {
    const checked = check('version: 1\nzz: 1\naliases: {a.b: {effect: x}}\nyy: 1\n');
    expect(checked.kind === 'invalid' && checked.problems.map((problem) => problem.line)).toEqual([2, 3, 4]);
  });
});
