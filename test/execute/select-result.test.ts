import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExpression, selectResult } from '../../src/execute/select-result.js';

const select = (expression: string, text: string | Uint8Array, contentType: string | null = 'application/json') =>
  selectResult(expression, typeof text === 'string' ? Buffer.from(text) : text, contentType);

describe('a selection', () => {
  it.each([
    ['[].{number: number, title: title}', '[{"number":1,"title":"a","body":"b"}]', [{ number: 1, title: 'a' }]],
    ['@', '{"a":[1,null,true]}', { a: [1, null, true] }],
    ['nothing', '{"a":1}', null],
    ['nothing', 'null', null],
    ['length(@)', '"ä€😀"', 3],
    ['a', '\ufeff{"a":1}', 1],
    ['@', '', null],
    ['constructor', '{"a":1}', null],
    ['__proto__', '{"a":1}', null],
    ['toString', '{"a":1}', null],
    // What JavaScript would make another number is text, digit for digit.
    ['@', '[9007199254740993,-12345678901234567890,1e400,1e-400]', ['9007199254740993', '-12345678901234567890', '1e400', '1e-400']],
    ['@', '[9007199254740991,-0,0.0,0e0,1.10,0.30000000000000004,1e21]', [9007199254740991, 0, 0, 0, 1.1, 0.30000000000000004, '1e21']],
    ['@', '[9007199254740.993e3,9e15,1e5]', ['9007199254740.993e3', 9e15, 100000]],
    ['a."b 9007199254740993"', '{"a":{"b 9007199254740993":"\\"9007199254740993"}}', '"9007199254740993'],
    ['[?id==`"9007199254740993"`].x | [0]', '[{"id":9007199254740993,"x":1}]', 1],
  ])('%s of %j is %j', async (expression, text, value) => {
    expect(await select(expression, text)).toEqual({ kind: 'ok', value });
  });

  it.each([
    ['@', '{"token": s3cret}', 'the answer is not JSON'],
    ['@', '<html>s3cret</html>', 'the answer is not JSON'],
    ['@', '{"a":1} s3cret', 'the answer is not JSON'],
    ['@', '[09007199254740993]', 'the answer is not JSON'],
    ['@', '{9007199254740993:1}', 'the answer is not JSON'],
    ['@', Buffer.from([0x22, 0xff, 0x22]), 'the answer is not in UTF-8'],
    ['@', `${'['.repeat(257)}${']'.repeat(257)}`, 'the answer is nested too deep'],
    ['@', '['.repeat(1_000_000), 'the answer is nested too deep'],
    ['length(@)', '5', 'the alias’s selection does not fit the answer'],
    ['sum(@)', '["s3cret"]', 'the alias’s selection does not fit the answer'],
    ['nosuch(@)', '[]', 'the alias’s selection does not fit the answer'],
    ['[', '[]', 'the alias’s selection does not fit the answer'],
  ])('%s of what it does not fit is OUTPUT_WITHHELD without a word of it', async (expression, text, detail) => {
    const denial = await select(expression, text);
    expect(denial).toMatchObject({ code: 'OUTPUT_WITHHELD', facts: { detail } });
    expect(JSON.stringify(denial)).not.toContain('s3cret');
  });

  it('of an answer in another encoding is OUTPUT_WITHHELD', async () => {
    expect(await select('@', '1', 'application/json; charset=utf-16')).toMatchObject({ code: 'OUTPUT_WITHHELD' });
    expect(await select('@', '1', 'application/json; charset="UTF-8"')).toMatchObject({ kind: 'ok' });
    expect(await select('@', '1', null)).toMatchObject({ kind: 'ok' });
  });

  it('brackets within strings are not depth', async () => {
    const text = JSON.stringify(['['.repeat(1_000), '\\"[{', '"'.repeat(10)]);
    expect(await select('length(@)', text)).toEqual({ kind: 'ok', value: 3 });
  });

  it('that takes everything gives the very JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 6 }), async (value) => {
        const text = JSON.stringify(value);
        const kept = (_key: string, one: unknown) => (Number.isInteger(one) && !Number.isSafeInteger(one) ? JSON.stringify(one) : one);
        expect(await select('@', text)).toEqual({ kind: 'ok', value: JSON.parse(text, kept) });
      }),
      { numRuns: 200 },
    );
  });

  it('gives JSON and nothing else, for an expression reference and a division by zero too', async () => {
    for (const expression of ['&a', '`1` / `0`']) {
      const selected = await select(expression, '{}');
      expect(JSON.parse(JSON.stringify(selected))).toEqual(selected);
    }
  });
});

describe('an expression', () => {
  it.each(['@', '[].{number: number}', 'length(a) > `1`', 'sort_by(@, &a)[*].b'])('%s compiles', async (text) => {
    expect(await compileExpression(text)).toBeNull();
  });

  it.each(['', '[', 'a.', 'nosuch(@)', 'sort_by(@, &nosuch(b))', 'a'.repeat(20_000)])('%.20j does not', async (text) => {
    expect(await compileExpression(text)).toEqual(expect.any(String));
  });
});
