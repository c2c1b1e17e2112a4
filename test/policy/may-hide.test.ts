import { describe, expect, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import type { CredentialName } from '../../src/model/ids.js';
import { parseName } from '../../src/model/ids.js';
import { mayHide } from '../../src/policy/may-hide.js';
import { fakeWindow, makeQuestion, NOW_MS, type GrantRow, type QuestionRow } from './make-question.js';

const bot = { bind: { token: 'bot' } };
const permit = (more: Partial<GrantRow> = {}): GrantRow => ({ id: 'p', permit: ['github.*'], ...bot, ...more });

/** Which grants let the caller hide `bot` (and more), null where none do. */
const ROWS: readonly {
  readonly title: string;
  readonly question?: Omit<QuestionRow, 'grants'>;
  readonly grants: readonly GrantRow[];
  readonly names?: readonly string[];
  readonly by: readonly string[] | null;
}[] = [
  { title: 'a permit that binds it, whatever its aliases', grants: [permit({ permit: ['x.only.this'] })], by: ['p'] },
  {
    title: 'effects and pins, which are about what is done',
    grants: [permit({ effects: ['destructive'], pin: { owner: 'a' } })],
    by: ['p'],
  },
  { title: 'no grant', grants: [], by: null },
  { title: 'a permit that binds another', grants: [permit({ bind: { token: 'hub' } })], by: null },
  { title: 'one of two that are asked for', grants: [permit()], names: ['bot', 'hub'], by: null },
  { title: 'both, by two grants', grants: [permit(), permit({ id: 'q', bind: { token: 'hub' } })], names: ['bot', 'hub'], by: ['p', 'q'] },
  { title: 'another project', grants: [permit({ projects: ['other'] })], by: null },
  { title: 'another principal', grants: [permit({ principals: ['human'] })], by: null },
  { title: 'a permit that is over', grants: [permit({ expiresMs: NOW_MS })], by: null },
  { title: 'a permit out of its window', grants: [permit({ window: fakeWindow(false) })], by: null },
  { title: 'a permit in its window', grants: [permit({ window: fakeWindow(true) })], by: ['p'] },
  { title: 'a permit for a session, outside of one', grants: [permit({ requireSession: true })], by: null },
  { title: 'a permit for a session, in one', question: { inSession: true }, grants: [permit({ requireSession: true })], by: ['p'] },
  { title: 'a permit that asks a person', grants: [permit({ approve: 'once' })], by: null },
  { title: 'a forbid of everything', grants: [permit(), { id: 'f', forbid: ['*'] }], by: null },
  { title: 'a forbid of outloop.redact', grants: [permit(), { id: 'f', forbid: ['outloop.redact'] }], by: null },
  { title: 'a forbid of the permit’s aliases', grants: [permit(), { id: 'f', forbid: ['github.*'] }], by: ['p'] },
  { title: 'a forbid for another caller', grants: [permit(), { id: 'f', forbid: ['*'], principals: ['ci'] }], by: ['p'] },
  { title: 'a revoked tenant', question: { status: 'revoked' }, grants: [permit()], by: null },
];

describe('taking credentials out of a caller’s stream', () => {
  test.each(ROWS)('$title', ({ question = {}, grants, names = ['bot'], by }) => {
    const answer = mayHide(
      names.map((name) => parseName<CredentialName>(name) as CredentialName),
      makeQuestion({ ...question, grants }),
    );
    expect(isDenial(answer) ? null : answer.map(({ id }) => id)).toEqual(by);
  });
});
