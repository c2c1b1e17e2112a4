import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { quoteWord } from '../../src/model/quote-word.js';
import { writeCommand } from '../../src/cli/write-command.js';
import type { Alias } from '../../src/model/service.js';
import { compileDemo } from '../service/compiling.js';

let alias: Alias;

beforeAll(async () => {
  alias = await compileDemo(`    title: Do
    effect: read
    params: { owner: { type: string }, repo: { type: string }, page: { type: integer, default: 1 }, any: { type: json, required: false } }
    http: { method: POST, path: '/{owner}/{repo}', query: { page: '{page}' }, body: { any: '{any}' } }
`);
});

describe('a ready command line', () => {
  test('names what the caller has to choose, and nothing that it may leave out', () => {
    expect(writeCommand(alias, {})).toBe("outloop run demo.do 'owner=<owner>' 'repo=<repo>'");
  });

  test('has pins filled in, as text or as JSON', () => {
    const pins = { owner: ['acme-inc'], page: [2], any: [{ a: ['b c'] }] };
    expect(writeCommand(alias, pins)).toBe(`outloop run demo.do owner=acme-inc 'repo=<repo>' page=2 'any={"a":["b c"]}'`);
  });

  test('leaves the choice where grants pin different values', () => {
    expect(writeCommand(alias, { owner: ['a', 'b'], repo: ['c'] })).toBe("outloop run demo.do 'owner=<owner>' repo=c");
  });

  test('is read back by a shell word by word', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text));
    const words = fc.sample(fc.array(word, { minLength: 1, maxLength: 8 }), 40);
    const line = words.map((one) => `printf '%s\\0' ${one.map(quoteWord).join(' ')}`).join('\n');
    const read = execFileSync('/bin/sh', ['-c', line]).toString('utf8').split('\0').slice(0, -1);
    expect(read).toEqual(words.flat());
  });
});
