import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { addRules, removeRules, type Rules } from '../../src/agents/json-rules.js';

const RULES: Rules = {
  permissions: { allow: ['Bash(outloop run *)', 'Bash(outloop aliases *)'], deny: ['Edit(.outloop)', 'Read(.env)', 'Bash(env)'] },
  'a.b.c': { '/^outloop/': true, '/^env$/': false },
};

const add = (text: string | null, rules = RULES) => {
  const edit = addRules(text, rules);
  if (edit.kind !== 'ok' || edit.text === null) throw new Error(`not added: ${JSON.stringify(edit)}`);
  return edit.text;
};

/** A value written with any blanks, line breaks and comments between its tokens. */
function write(value: unknown, gaps: () => string): string {
  if (Array.isArray(value)) return `[${gaps()}${value.map((one) => write(one, gaps) + gaps()).join(`,${gaps()}`)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}${gaps()}:${gaps()}${write(one, gaps)}${gaps()}`);
  return `{${gaps()}${parts.join(`,${gaps()}`)}}`;
}

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string() },
  fc.constantFrom('Read(.env)', 'Bash(env)', 'Bash(outloop run *)', 'é\u{1f600}'),
);
const list = fc.array(text, { maxLength: 4 });
const permissions = fc.record({ allow: list, deny: list, ask: list }, { requiredKeys: [] });
const other = fc.dictionary(
  fc.string().filter((key) => key !== '__proto__' && !(key in RULES)),
  fc.jsonValue({ maxDepth: 2 }),
  { maxKeys: 3 },
);
const settings = fc
  .tuple(other, fc.option(permissions), fc.option(fc.record({ x: fc.boolean() }, { requiredKeys: [] })), other)
  .map(([first, middle, last, more]) => ({
    ...first,
    ...(middle === null ? {} : { permissions: middle }),
    ...more,
    ...(last === null ? {} : { 'a.b.c': last }),
  }));
const gap = fc.constantFrom('', '', ' ', '\n', '\r\n', '\n    ', '\t', ' // c\n', '/* , */');
const document = fc
  .tuple(
    settings,
    fc.array(gap, { minLength: 1, maxLength: 30 }),
    fc.constantFrom('', '\ufeff'),
    fc.constantFrom('', '\n', '\r\n', '\n// end\n'),
  )
  .map(([value, gaps, bom, end]) => {
    let i = 0;
    const written = `${bom}${write(value, () => gaps[i++ % gaps.length] ?? '')}${end}`;
    return { value, bytes: Buffer.from(written).toString('latin1') };
  });
const read = (latin1: string) =>
  parse(
    Buffer.from(latin1, 'latin1')
      .toString('utf8')
      .replace(/^\ufeff/, ''),
  ) as Record<string, unknown>;

describe('rules in a settings file', () => {
  test('that are put in and taken out leave the very bytes', () => {
    fc.assert(
      fc.property(document, ({ bytes }) => {
        expect(removeRules(add(bytes), RULES)).toEqual({ kind: 'ok', text: bytes, changed: true });
      }),
      { numRuns: 1000 },
    );
  });

  test('come first, and everything else keeps its value', () => {
    fc.assert(
      fc.property(document, ({ bytes, value }) => {
        const now = read(add(bytes));
        const { allow, deny, ...rest } = now['permissions'] as Record<string, string[]>;
        expect(allow?.slice(0, 2)).toEqual(['Bash(outloop run *)', 'Bash(outloop aliases *)']);
        expect(deny?.slice(0, 3)).toEqual(['Edit(.outloop)', 'Read(.env)', 'Bash(env)']);
        const { permissions: before, 'a.b.c': toggles, ...others } = value as Record<string, Record<string, string[]>>;
        expect(allow?.slice(2)).toEqual(before?.['allow'] ?? []);
        expect(deny?.slice(3)).toEqual(before?.['deny'] ?? []);
        expect(rest).toEqual(before?.['ask'] === undefined ? {} : { ask: before['ask'] });
        // Read as the file is: a member __proto__ is lost by the reader.
        expect(now).toMatchObject(read(JSON.stringify(others)));
        expect(now['a.b.c']).toEqual({ '/^outloop/': true, '/^env$/': false, ...toggles });
      }),
    );
  });

  test('that are put in twice stand there once', () => {
    fc.assert(
      fc.property(document, ({ bytes }) => {
        const once = add(bytes);
        expect(addRules(once, RULES)).toEqual({ kind: 'ok', text: once, changed: false });
      }),
    );
  });

  test('in a file made for them take the file with them, also when a formatter has been over it', () => {
    const made = add(null);
    expect(read(made)).toEqual(RULES);
    expect(removeRules(made, RULES)).toEqual({ kind: 'ok', text: null, changed: true });
    expect(removeRules(JSON.stringify(RULES, null, 8), RULES)).toMatchObject({ text: null });
  });

  test('leave what a person added to the lists that they made', () => {
    const added = add(null).replace('"Bash(env)"', '"Bash(env)", "Mine"');
    expect(read((removeRules(added, RULES) as { text: string }).text)).toEqual({ permissions: { deny: ['Mine'] } });
    const before = add(null).replace('"Edit(.outloop)"', '"Mine", "Edit(.outloop)"');
    expect(read((removeRules(before, RULES) as { text: string }).text)).toEqual({ permissions: { deny: ['Mine'] } });
  });

  test('are not found where they were never put in', () => {
    const text = '{ "permissions": { "deny": ["Read(.env)"] } }';
    expect(removeRules(text, RULES)).toEqual({ kind: 'ok', text, changed: false });
    expect(removeRules('[]', {})).toMatchObject({ kind: 'refused' });
  });

  test.each([
    ['not JSON', '{ "a": 1', 'not valid JSON'],
    ['empty', '', 'not valid JSON'],
    ['a list', '[]', 'not a JSON object'],
    ['a list where an object belongs', '{ "permissions": [] }', 'not an object'],
    ['a text where a list belongs', '{ "permissions": { "allow": "x" } }', 'not a list'],
    ['a key that stands twice', '{ "permissions": {},\n "permissions": {} }', 'twice'],
    ['a value of its own', '{ "a.b.c": { "/^env$/": true } }', 'set otherwise'],
  ])('are refused by a file that is %s', (_what, text, why) => {
    const edit = addRules(text, RULES);
    expect(edit.kind === 'refused' ? edit.why : '').toContain(why);
  });

  test('that were changed among themselves, or got a comment, are refused when they are taken out', () => {
    expect(removeRules(add('{}').replace('Bash(outloop aliases *)', 'Bash(outloop *)'), RULES)).toMatchObject({ kind: 'refused' });
    const commented = add('{"x": 1}').replace('"Bash(outloop run *)",', '"Bash(outloop run *)", // mine');
    expect(removeRules(commented, RULES)).toMatchObject({ kind: 'refused', line: 4, why: expect.stringContaining('comment') as string });
  });
});
