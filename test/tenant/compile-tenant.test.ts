import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { matchesWildcard } from '../../src/model/wildcard.js';
import { compileTenant } from '../../src/tenant/compile-tenant.js';
import { isPattern, parseRate } from '../../src/tenant/schema.js';
import { REFUSED, WHOLE } from '../vectors/tenant-files.js';
import patterns from '../vectors/tenant-patterns.json' with { type: 'json' };

const FILE = 'tenants/acme.yaml';

function compile(text: string, file = FILE) {
  return compileTenant(file, Buffer.from(text));
}

const SHA256 = /^[0-9a-f]{64}$/;

describe('compileTenant', () => {
  it('reads every key of the format', async () => {
    expect(await compile(WHOLE)).toEqual({
      kind: 'ok',
      tenant: {
        tenant: 'acme',
        status: 'active',
        credentials: {
          'github-bot': { backend: 'keychain', ref: 'acme/github-bot', allowShort: false },
          billing: { backend: '1password', ref: 'op://Acme/Stripe/secret key', allowShort: true },
        },
        grants: [
          {
            id: 'read-issues',
            effect: 'permit',
            patterns: ['github.issues.*'],
            effects: ['read'],
            projects: ['website'],
            principals: ['agent', 'schedule:nightly', 'ci', 'human'],
            bind: { token: 'github-bot' },
            pin: { owner: 'acme-inc', filter: { state: ['open', 1] } },
            rate: { count: 60, periodMs: 3_600_000 },
            concurrency: 4,
            window: { days: ['mon', 'fri'], fromMinute: 480, toMinute: 1200, timezone: 'Europe/London' },
            expiresMs: Date.UTC(2027, 2, 1),
            workspace: true,
            args: true,
            definition: expect.stringMatching(SHA256),
            requireSession: true,
            approve: 'always-ask',
          },
          {
            id: 'never-delete',
            effect: 'forbid',
            patterns: ['*.delete'],
            effects: null,
            projects: null,
            principals: null,
            bind: {},
            pin: {},
            rate: null,
            concurrency: null,
            window: null,
            expiresMs: null,
            workspace: false,
            args: false,
            definition: expect.stringMatching(SHA256),
            requireSession: false,
            approve: null,
          },
        ],
        source: createHash('sha256').update(WHOLE).digest('hex'),
      },
    });
  });

  it('a grant’s definition is what is written of it: spacing, comments, other grants and the order of keys do not change it', async () => {
    const define = async (grants: string) => {
      const compiled = await compile(`version: 1\ntenant: acme\nstatus: active\ncredentials: {}\ngrants:\n${grants}`);
      if (compiled.kind !== 'ok') throw new Error(JSON.stringify(compiled.problems));
      return compiled.tenant.grants[0]?.definition;
    };
    const plain = await define('  - { id: a, permit: [x.y], expires: 2027-03-01 }\n');
    expect(await define('  # mine\n  - expires:   2027-03-01\n    permit: [x.y]\n    id: a\n  - { id: b, forbid: [z.z] }\n')).toBe(plain);
    for (const other of [
      '{ id: b, permit: [x.y], expires: 2027-03-01 }',
      '{ id: a, permit: [x.y], expires: 2027-03-02 }',
      '{ id: a, permit: [x.y] }',
    ])
      expect(await define(`  - ${other}\n`)).not.toBe(plain);
  });

  it('gives a noun that JSON carries whole', async () => {
    const compiled = await compile(WHOLE);
    expect(JSON.parse(JSON.stringify(compiled))).toEqual(compiled);
  });

  it('gives nobody anything where credentials and grants are absent', async () => {
    expect(await compile('version: 1\ntenant: acme\nstatus: revoked\n')).toMatchObject({
      kind: 'ok',
      tenant: { status: 'revoked', credentials: {}, grants: [] },
    });
  });

  test.each(REFUSED)('refuses %s', async (_what, text, key) => {
    const compiled = await compile(text);
    expect(compiled.kind).toBe('invalid');
    if (compiled.kind !== 'invalid') return;
    expect(compiled.problems.map((problem) => problem.key)).toContain(key);
    expect(compiled.problems.every(({ file, line }) => file === FILE && line !== null)).toBe(true);
    expect(JSON.stringify(compiled.problems)).not.toContain('hunter2');
  });

  it('suggests the key that was meant', async () => {
    const compiled = await compile('version: 1\ntenant: acme\nstatus: active\ngrants: [{ id: a, permit: x.*, projets: [b] }]\n');
    expect(compiled).toMatchObject({ problems: [{ key: 'grants.0.projets', line: 4, suggestion: 'projects' }] });
  });

  it('tells which tenant an invalid file defines: the one it names, else the one it is named after', async () => {
    expect(await compile('version: 1\ntenant: umbrella\nstatus: active\n')).toMatchObject({ kind: 'invalid', defines: 'umbrella' });
    expect(await compile('version: 1\ntenant: Umbrella\nstatus: active\n')).toMatchObject({ kind: 'invalid', defines: 'acme' });
    expect(await compile('tenant: [')).toMatchObject({ kind: 'invalid', defines: 'acme' });
    expect(await compile('tenant: [', 'tenants/No Name.yaml')).toMatchObject({ kind: 'invalid', defines: null });
  });

  it('takes the file’s other ending too', async () => {
    expect(await compile(WHOLE, 'tenants/acme.yml')).toMatchObject({ kind: 'ok' });
    expect(await compile(WHOLE, 'tenants/acme.json')).toMatchObject({ kind: 'invalid' });
  });

  it('never fails on any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        expect((await compile(text)).kind).toBe('invalid');
        expect((await compile(`version: 1\ntenant: acme\nstatus: active\ngrants: ${text}`)).kind).toMatch(/ok|invalid/);
      }),
      { numRuns: 50 },
    );
  });
});

describe('isPattern', () => {
  test.each(patterns.valid)('takes %s', (text) => expect(isPattern(text)).toBe(true));
  test.each(patterns.invalid)('refuses %j', (text) => expect(isPattern(text)).toBe(false));
  test.each(patterns.matches as [string, string, boolean][])('%s with %s: %s', (pattern, name, expected) => {
    expect(matchesWildcard(pattern, name)).toBe(expected);
  });
});

describe('parseRate', () => {
  it('reads counts in a second, minute, hour and day', () => {
    expect(parseRate('1/second')).toEqual({ count: 1, periodMs: 1000 });
    expect(parseRate('10000/day')).toEqual({ count: 10_000, periodMs: 86_400_000 });
    for (const text of ['60/hours', '-1/hour', '060/hour', '1.5/hour', '60 / hour', '60/Hour', '1e3/hour', ''])
      expect(parseRate(text)).toBeNull();
  });
});
