import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { dissect } from '../../src/redact/dissect.js';
import { createRedactor } from '../../src/redact/redactor.js';

const valueOf = (name: string): string => createHash('sha256').update(name).digest('base64url');
const stretchesOf = (secret: string): string[] => dissect(Buffer.from(secret)).map((part) => Buffer.from(part).toString());
const redactorOf = (secret: string) => createRedactor([{ name: 'k', bytes: Buffer.from(secret) }], null);

/** A value that lies so many levels deep. */
const nest = (depth: number, value: string): string => `{"key":${'['.repeat(depth - 1)}${JSON.stringify(value)}${']'.repeat(depth - 1)}}`;

describe('dissect', () => {
  test.each(['pass', 'db_pass', 'pwd', 'userPwd', 'password', 'passphrase'])('a member called %s is secret', (name) => {
    const json = JSON.stringify({ [name]: valueOf('a'), token: valueOf('b'), project_id: 'acme-production-1' });
    expect(stretchesOf(json)).toEqual([valueOf('a'), valueOf('b')]);
  });

  test('members beyond those that are looked for one by one are hidden as parts of the whole', () => {
    const names = Array.from({ length: 40 }, (_, index) => `key_${index}`);
    const json = JSON.stringify(Object.fromEntries(names.map((name) => [name, valueOf(name)])));
    const redactor = redactorOf(json);
    for (const name of names) expect(redactor.redactText(`it is ${valueOf(name)}.`)).toBe('it is [redacted:k].');
    expect(stretchesOf(json)).toContain(json);
  });

  test('a file with as many secret members as are looked for keeps its public ones', () => {
    const names = Array.from({ length: 32 }, (_, index) => `key_${index}`);
    const json = JSON.stringify({ ...Object.fromEntries(names.map((name) => [name, valueOf(name)])), project_id: 'acme-production-1' });
    expect(stretchesOf(json)).toEqual(names.map(valueOf));
  });

  test.each([65, 30_000])('what lies %s levels deep is hidden as a part of the whole', (depth) => {
    expect(redactorOf(nest(depth, valueOf('deep'))).redactText(`it is ${valueOf('deep')}.`)).toBe('it is [redacted:k].');
  });

  test('what lies 64 levels deep is looked for by itself', () => {
    expect(stretchesOf(nest(64, valueOf('deep')))).toEqual([valueOf('deep')]);
  });
});
