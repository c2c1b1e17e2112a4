import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Decision } from '../../src/model/decision.js';
import { evaluatePolicy } from '../../src/policy/evaluate.js';
import { isSameJson } from '../../src/policy/same-json.js';
import { DECISIONS } from '../vectors/policy-decisions.js';
import { fakeWindow, makeQuestion } from './make-question.js';
import type { GrantRow, QuestionRow } from './make-question.js';

describe('evaluatePolicy', () => {
  test.each(DECISIONS)('%s', (_title, row, expected) => {
    const decision = evaluatePolicy(makeQuestion(row));
    if ('code' in expected) {
      const { code, facts, retryAfterMs } = expected;
      expect(decision).toMatchObject({ kind: 'deny', denial: { code } });
      if (facts !== undefined) expect(decision).toHaveProperty('denial.facts', facts);
      expect(decision).toHaveProperty('denial.retryAfterMs', retryAfterMs ?? null);
      if (expected.ungranted !== undefined) expect(decision).toHaveProperty('ungranted', expected.ungranted);
      if (expected.grants !== undefined) expect(decision).toHaveProperty('grants', expected.grants);
    } else {
      expect(idsOf(decision)).toEqual(expected.grants);
      expect(decision).toMatchObject({ ...expected, kind: 'permit', grants: expected.grants.map((id) => ({ id })) });
    }
  });

  it('treats windows as shut to permits and open to forbids while no clock is there', () => {
    const shut = makeQuestion({ grants: [{ id: 'a', permit: ['*'], window: fakeWindow(true) }] });
    expect(evaluatePolicy({ ...shut, insideWindow: null })).toMatchObject({ kind: 'deny', denial: { code: 'OUTSIDE_WINDOW' } });
    const forbidden = makeQuestion({
      grants: [
        { id: 'a', permit: ['*'] },
        { id: 'no', forbid: ['*'], window: fakeWindow(false) },
      ],
    });
    expect(evaluatePolicy({ ...forbidden, insideWindow: null })).toMatchObject({ kind: 'deny', grants: ['no'] });
  });

  it('names no value of a parameter or a pin in a denial', () => {
    fc.assert(
      fc.property(question, (row) => {
        const decision = evaluatePolicy(makeQuestion(row));
        if (decision.kind === 'deny') expect(JSON.stringify(decision.denial)).not.toMatch(/value-/);
      }),
    );
  });

  it('denies where no permit is there, whatever else is', () => {
    fc.assert(
      fc.property(question, (row) => {
        const grants = row.grants.filter(({ permit }) => permit === undefined);
        expect(evaluatePolicy(makeQuestion({ ...row, grants })).kind).toBe('deny');
      }),
    );
  });

  it('permits nothing more when a forbid is added', () => {
    fc.assert(
      fc.property(question, forbid, fc.nat(), (row, added, place) => {
        fc.pre(evaluatePolicy(makeQuestion(row)).kind === 'deny');
        expect(evaluatePolicy(makeQuestion({ ...row, grants: insert(row.grants, added, place) })).kind).toBe('deny');
      }),
    );
  });

  it('keeps a forbid that applies, whatever permit is added', () => {
    fc.assert(
      fc.property(question, permit, fc.nat(), fc.nat(), (row, added, place, forbidPlace) => {
        const grants = insert(row.grants, { id: 'no', forbid: ['*'] }, forbidPlace);
        const decision = evaluatePolicy(makeQuestion({ ...row, grants: insert(grants, added, place) }));
        expect(decision).toMatchObject({ kind: 'deny', denial: { code: 'ALIAS_NOT_ALLOWED' } });
      }),
    );
  });

  it('does not depend on the order of the grants', () => {
    fc.assert(
      fc.property(question, (row) => {
        const forward = evaluatePolicy(makeQuestion(row));
        const backward = evaluatePolicy(makeQuestion({ ...row, grants: row.grants.toReversed() }));
        expect(backward.kind).toBe(forward.kind);
        if (forward.kind === 'permit' && backward.kind === 'permit') {
          expect(backward.bind).toEqual(forward.bind);
          expect(backward.params).toEqual(forward.params);
        }
      }),
    );
  });

  it('gives a permit parameters that meet every pin of its grants and change nothing that was given', () => {
    fc.assert(
      fc.property(question, (row) => {
        const decision = evaluatePolicy(makeQuestion(row));
        fc.pre(decision.kind === 'permit');
        if (decision.kind !== 'permit') return;
        expect(decision.params).toMatchObject(row.given ?? {});
        for (const { pin } of decision.grants) {
          for (const [name, value] of Object.entries(pin)) expect(isSameJson(decision.params[name] ?? null, value)).toBe(true);
        }
      }),
    );
  });

  it('gives a permit only grants whose own conditions all hold', () => {
    fc.assert(
      fc.property(question, (row) => {
        const decision = evaluatePolicy(makeQuestion(row));
        fc.pre(decision.kind === 'permit');
        if (decision.kind !== 'permit') return;
        expect(decision.grants.length).toBeGreaterThan(0);
        for (const grant of decision.grants) {
          const alone = { ...makeQuestion({ ...row, grants: [] }) };
          const decided = evaluatePolicy({ ...alone, tenant: { ...alone.tenant, grants: [grant, ...decision.grants] } });
          expect(decided.kind).toBe('permit');
          expect(grant.effect).toBe('permit');
        }
      }),
    );
  });
});

function idsOf(decision: Decision): readonly string[] {
  return decision.grants.map((grant) => (typeof grant === 'string' ? grant : grant.id));
}

function insert(grants: readonly GrantRow[], grant: GrantRow, place: number): readonly GrantRow[] {
  return grants.toSpliced(place % (grants.length + 1), 0, grant);
}

const value = fc.constantFrom('value-a', 'value-b', 1, '1', null, ['value-a'], { x: 'value-a' });
const pattern = fc.constantFrom('*', 'github.*', '*.list', 'github.issues.list', 'stripe.*');
const conditions = {
  effects: fc.subarray(['read', 'write'] as const, { minLength: 1 }),
  projects: fc.subarray(['website', 'shop'], { minLength: 1 }),
  principals: fc.subarray(['agent', 'agent:claude', 'ci', 'human'], { minLength: 1 }),
  expiresMs: fc.constantFrom(999_999, 1_000_000, 1_000_001),
  window: fc.constantFrom(fakeWindow(true), fakeWindow(false, 5), fakeWindow(false)),
};
const permit: fc.Arbitrary<GrantRow> = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c'),
    permit: fc.array(pattern, { minLength: 1, maxLength: 2 }),
    bind: fc.dictionary(fc.constant('token'), fc.constantFrom('bot', 'admin', 'nobody')),
    pin: fc.dictionary(fc.constantFrom('owner', 'repo', 'absent'), value, { maxKeys: 2 }),
    workspace: fc.boolean(),
    args: fc.boolean(),
    ...conditions,
  },
  { requiredKeys: ['id', 'permit'] },
);
const forbid: fc.Arbitrary<GrantRow> = fc.record(
  { id: fc.constantFrom('x', 'y'), forbid: fc.array(pattern, { maxLength: 2 }), ...conditions },
  { requiredKeys: ['id', 'forbid'] },
);
const question: fc.Arbitrary<QuestionRow> = fc.record(
  {
    grants: fc.array(fc.oneof({ arbitrary: permit, weight: 4 }, { arbitrary: forbid, weight: 1 }), { maxLength: 5 }),
    given: fc.dictionary(fc.constantFrom('owner', 'repo'), value, { maxKeys: 2 }),
    slots: fc.constantFrom({}, { token: 'bearer' }, { token: 'none' }),
    extraCount: fc.constantFrom(0, 0, 1),
    effect: fc.constantFrom('read', 'write'),
  },
  { requiredKeys: ['grants'] },
);
