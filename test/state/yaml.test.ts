import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../src/model/problem.js';
import { parseYaml } from '../../src/state/yaml.js';
import { READ_YAML, REFUSED_YAML } from '../vectors/state-yaml.js';

describe('what the strict reader refuses', () => {
  test.each(REFUSED_YAML)('%s', (_what, text, line, column, message) => {
    const parsed = parseYaml('x.yaml', text);
    if (parsed.kind !== 'invalid') throw new Error('it was read');
    expect(parsed.problems[0]).toMatchObject({ file: 'x.yaml', line, message: expect.stringMatching(message) });
    if (column !== null) expect(parsed.problems[0]?.column).toBe(column);
  });

  test('more bytes than the limit', () => {
    expect(parseYaml('x.yaml', 'a: 1\n', 5)).toMatchObject({ kind: 'ok' });
    expect(parseYaml('x.yaml', 'a: 12\n', 5)).toMatchObject({ kind: 'invalid', problems: [{ line: null }] });
    expect(parseYaml('x.yaml', 'a: é\n', 5)).toMatchObject({ kind: 'invalid' });
  });

  test('a problem names its key and never quotes a value', () => {
    const secret = 'sk_live_0123456789';
    const broken = [
      `a: "${secret}\n`,
      `a: *${secret}\n`,
      `a: !${secret} x\n`,
      `a: [${secret}\nb: 1`,
      `a: "\\q${secret}"\n`,
      `- ${secret}`,
      `a: ${secret}: ${secret}\n`,
      `%${secret} x\n---\na: 1`,
    ];
    for (const text of broken) {
      const parsed = parseYaml('x.yaml', text);
      expect(parsed.kind).toBe('invalid');
      if (parsed.kind === 'invalid') expect(parsed.problems.map(formatProblem).join()).not.toContain(secret);
    }
  });

  test('thirty thousand keys are read in linear time', () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join('\n');
    const started = performance.now();
    expect(parseYaml('x.yaml', text).kind).toBe('ok');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('whatever the bytes are, it answers and does not throw', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('a: ', '- ', '? ', '&x ', '*x', '[', '{', '"', "'", '|', '>', '\n', '  ', '!!', '%', '#', '---\n', ',', ']', '}'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const parsed = parseYaml('x.yaml', Buffer.from(pieces.join('')));
        if (parsed.kind === 'invalid') expect(parsed.problems.length).toBeGreaterThan(0);
        else expect(JSON.parse(JSON.stringify(parsed.value))).toEqual(parsed.value);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what the strict reader reads', () => {
  test.each(READ_YAML)('%s', (_what, text, value) => {
    expect(parseYaml('x.yaml', text)).toMatchObject({ kind: 'ok', value });
    expect(parseYaml('x.yaml', Buffer.from(text))).toMatchObject({ kind: 'ok', value });
  });

  test('any JSON mapping comes back as it was', () => {
    // JSON writes minus zero as 0.
    const json = fc.dictionary(
      fc.string({ maxLength: 10 }).filter((key) => key !== '__proto__'),
      fc
        .jsonValue({ maxDepth: 3 })
        .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
        .filter((value) => !/__proto__|e\+?\d{2}|\d{16}|-0/.test(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(json, (value) => {
        const parsed = parseYaml('x.yaml', stringify(value, { aliasDuplicateObjects: false }));
        if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(formatProblem).join());
        expect(parsed.value).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  });

  test('a path of keys and indices is found, what is not there is not', () => {
    const parsed = parseYaml('x.yaml', 'version: 1\naliases:\n  a.b:\n    list:\n      - x\n      - y: 1\n');
    if (parsed.kind === 'invalid') throw new Error('it was refused');
    expect(parsed.locate([])).toEqual({ line: 1, column: 1 });
    expect(parsed.locate(['aliases', 'a.b', 'list'])).toEqual({ line: 4, column: 5 });
    expect(parsed.locate(['aliases', 'a.b', 'list', 0])).toEqual({ line: 5, column: 9 });
    expect(parsed.locate(['aliases', 'a.b', 'list', 1, 'y'])).toEqual({ line: 6, column: 9 });
    expect(parsed.locate(['aliases', 'a.b', 'list', 2])).toBeNull();
    expect(parsed.locate(['aliases', 'nope'])).toBeNull();
    expect(parsed.locate(['version', 'x'])).toBeNull();
  });
});
