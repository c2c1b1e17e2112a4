import { describe, expect, it } from 'vitest';
import { describeDecision } from '../../src/policy/describe-decision.js';
import { evaluatePolicy } from '../../src/policy/evaluate.js';
import { fakeWindow, makeQuestion } from './make-question.js';
import type { QuestionRow } from './make-question.js';

function explain(row: QuestionRow) {
  const question = makeQuestion(row);
  return describeDecision(question, evaluatePolicy(question));
}

describe('describeDecision', () => {
  it('tells of a permit what determined it, what it binds, fills in and limits, and no value', () => {
    const description = explain({
      slots: { token: 'bearer' },
      given: { repo: 'secret-repo' },
      grants: [
        {
          id: 'a',
          permit: ['*'],
          bind: { token: 'bot' },
          pin: { owner: 'secret-owner' },
          rate: { count: 60, periodMs: 3_600_000 },
          concurrency: 4,
        },
        { id: 'b', permit: ['github.*'], projects: ['shop'], expiresMs: 1 },
        { id: 'c', permit: ['stripe.*'] },
      ],
    });
    expect(description).toEqual({
      decision: 'permit',
      code: null,
      retry_after_ms: null,
      tenant: 'acme',
      project: 'website',
      alias: 'github.issues.list',
      effect: 'read',
      principal: 'agent:claude',
      grants: [
        { id: 'a', effect: 'permit', applies: true, reason: 'permits it' },
        { id: 'b', effect: 'permit', applies: false, reason: 'has expired and is for other projects' },
      ],
      other_grants: 1,
      determined_by: ['a'],
      bind: { token: 'bot' },
      pinned: ['owner'],
      approve: null,
      limits: [{ grant: 'a', rate: '60/hour', concurrency: 4 }],
    });
    expect(JSON.stringify(description)).not.toContain('secret');
  });

  it('tells of a denial its code, the wait, and why each grant did not apply', () => {
    expect(explain({ grants: [{ id: 'a', permit: ['*'], window: fakeWindow(false, 1) }] })).toMatchObject({
      decision: 'deny',
      code: 'OUTSIDE_WINDOW',
      retry_after_ms: 60_000,
      grants: [{ id: 'a', applies: false, reason: 'is for other times' }],
      bind: null,
      pinned: null,
      limits: null,
    });
    expect(explain({ grants: [{ id: 'no', forbid: ['*'] }] })).toMatchObject({
      grants: [{ id: 'no', applies: true, reason: 'forbids it' }],
    });
  });
});
