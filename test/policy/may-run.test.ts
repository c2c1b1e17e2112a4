import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversName } from '../../src/policy/assess-grant.js';
import { mayRun, narrowByName, needsWindowClock, pinnedNames } from '../../src/policy/may-run.js';
import { fakeWindow, makeQuestion } from './make-question.js';
import type { QuestionRow } from './make-question.js';

const ALL = { id: 'all', permit: ['*'] };

function ask(row: QuestionRow) {
  return mayRun(makeQuestion(row));
}

describe('mayRun', () => {
  it('lists an alias that a permit permits, with the pins of all permits', () => {
    expect(
      ask({
        grants: [
          { ...ALL, pin: { owner: 'acme', state: 'open' } },
          { ...ALL, id: 'b', pin: { owner: 'umbrella' } },
        ],
      }),
    ).toEqual({
      kind: 'runnable',
      pins: { owner: ['acme', 'umbrella'] },
      args: false,
      approve: null,
    });
  });

  it('gives a value that several permits pin once', () => {
    expect(
      ask({
        grants: [
          { ...ALL, pin: { owner: { a: 1, b: 2 } } },
          { ...ALL, id: 'b', pin: { owner: { b: 2, a: 1 } } },
        ],
      }),
    ).toMatchObject({
      pins: { owner: [{ a: 1, b: 2 }] },
    });
  });

  it('gives a pin of a list as one value', () => {
    expect(ask({ grants: [{ ...ALL, pin: { owner: ['a', 'b'], repo: null } }] })).toMatchObject({
      pins: { owner: [['a', 'b']], repo: [null] },
    });
  });

  it('does not list what a forbid forbids, or no grant permits', () => {
    expect(ask({ grants: [ALL, { id: 'no', forbid: ['*.list'] }] })).toMatchObject({
      kind: 'refused',
      denial: { code: 'ALIAS_NOT_ALLOWED' },
    });
    expect(ask({ grants: [{ ...ALL, projects: ['shop'] }] })).toMatchObject({ kind: 'refused', denial: { code: 'ALIAS_NOT_ALLOWED' } });
    expect(ask({ grants: [] })).toMatchObject({ kind: 'refused' });
    expect(ask({ grants: [ALL], status: 'revoked' })).toMatchObject({ kind: 'refused', denial: { code: 'TENANT_REVOKED' } });
  });

  it('says what approval every way needs, and nothing where one needs none', () => {
    const asking = { ...ALL, approve: 'always-ask' } as const;
    expect(ask({ grants: [asking] })).toMatchObject({ approve: 'always-ask' });
    expect(ask({ grants: [asking, { ...ALL, id: 'b', approve: 'once' }] })).toMatchObject({ approve: 'always-ask' });
    expect(
      ask({
        grants: [
          { ...asking, pin: { owner: 'acme' } },
          { ...ALL, id: 'b', pin: { owner: 'umbrella' } },
        ],
      }),
    ).toMatchObject({
      approve: null,
    });
  });

  it('does not list outside a session what a grant requires one for', () => {
    const grants = [{ ...ALL, requireSession: true }];
    expect(ask({ grants })).toMatchObject({ kind: 'refused', denial: { code: 'ALIAS_NOT_ALLOWED' } });
    expect(ask({ grants, inSession: true })).toMatchObject({ kind: 'runnable' });
  });

  it('does not list an alias with a slot that nothing binds', () => {
    expect(ask({ slots: { token: 'bearer' }, grants: [ALL] })).toMatchObject({ kind: 'refused', denial: { code: 'CONFIG_INVALID' } });
  });

  it('lists an alias whose permits bind different credentials for different pinned values', () => {
    const grants = [
      { ...ALL, id: 'a', pin: { owner: 'a' }, bind: { token: 'bot' } },
      { ...ALL, id: 'b', pin: { owner: 'b' }, bind: { token: 'admin' } },
    ];
    expect(ask({ slots: { token: 'bearer' }, grants })).toMatchObject({ kind: 'runnable', pins: { owner: ['a', 'b'] } });
  });

  it('does not list an alias whose permits always bind different credentials', () => {
    const grants = [
      { ...ALL, id: 'a', bind: { token: 'bot' } },
      { ...ALL, id: 'b', bind: { token: 'admin' } },
    ];
    expect(ask({ slots: { token: 'bearer' }, grants })).toMatchObject({ kind: 'refused', denial: { code: 'CONFIG_INVALID' } });
  });

  it('says when a window opens', () => {
    expect(ask({ grants: [{ ...ALL, window: fakeWindow(false, 2) }] })).toMatchObject({
      denial: { code: 'OUTSIDE_WINDOW', retryAfterMs: 120_000 },
    });
  });

  it('says whether extra arguments may be given', () => {
    expect(ask({ command: {}, grants: [ALL, { ...ALL, id: 'b', args: true }] })).toMatchObject({ kind: 'runnable', args: true });
  });
});

describe('narrowByName', () => {
  it('leaves the grants whose patterns match, in their order, and changes no answer', () => {
    const part = fc.constantFrom('a', 'ab', 'b', '*', 'a*', '*b');
    const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
    const grant = fc.record({ permits: fc.boolean(), pattern, over: fc.boolean() });
    const name = fc.tuple(fc.constantFrom('a', 'ab', 'b'), fc.constantFrom('a', 'b.a', 'ab')).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 6 }), fc.array(name, { minLength: 1, maxLength: 4 }), (rows, names) => {
        const grants = rows.map(({ permits, pattern, over }, i) => ({
          id: `g${i}`,
          ...(permits ? { permit: [pattern] } : { forbid: [pattern] }),
          ...(over ? { expiresMs: 1 } : {}),
        }));
        const narrow = narrowByName(makeQuestion({ grants }).tenant);
        for (const alias of names) {
          const question = makeQuestion({ alias, grants });
          const tenant = narrow(question.alias);
          expect(tenant.grants).toEqual(question.tenant.grants.filter((one) => coversName(one, question.alias)));
          expect(mayRun({ ...question, tenant })).toEqual(mayRun(question));
        }
      }),
    );
  });
});

describe('pinnedNames', () => {
  it('names what permits with a fitting pattern pin, of the alias’s own parameters', () => {
    const { tenant, alias } = makeQuestion({
      params: ['owner', 'repo', 'state', 'page'],
      grants: [
        { ...ALL, pin: { owner: 'a', absent: 1 } },
        { ...ALL, id: 'b', pin: { owner: 'b', repo: 'c' }, projects: ['shop'] },
        { id: 'c', permit: ['stripe.*'], pin: { state: 'open' } },
        { ...ALL, id: 'd', pin: { page: 1 }, expiresMs: 5 },
      ],
    });
    expect(pinnedNames(tenant, alias, 5)).toEqual(['owner', 'repo']);
    expect(pinnedNames(tenant, alias, 4)).toEqual(['owner', 'repo', 'page']);
  });
});

describe('needsWindowClock', () => {
  it('is true where a permit or a forbid that could bear on the alias has a window', () => {
    const needs = (row: QuestionRow) => needsWindowClock(makeQuestion(row).tenant, makeQuestion(row).alias, 1_000_000);
    expect(needs({ grants: [ALL] })).toBe(false);
    expect(needs({ grants: [{ ...ALL, window: fakeWindow(true) }] })).toBe(true);
    expect(needs({ grants: [{ id: 'no', forbid: ['*'], window: fakeWindow(true) }] })).toBe(true);
    expect(needs({ grants: [{ id: 'a', permit: ['stripe.*'], window: fakeWindow(true) }] })).toBe(false);
    expect(needs({ grants: [{ ...ALL, window: fakeWindow(true), expiresMs: 1_000_000 }] })).toBe(false);
  });
});
