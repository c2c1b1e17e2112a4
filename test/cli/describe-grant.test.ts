import { expect, test } from 'vitest';
import { describeGrant } from '../../src/cli/describe-grant.js';
import { parseWindow, toWindow } from '../../src/tenant/parse-window.js';
import { makeGrant } from '../policy/make-question.js';

test('a grant that sets nothing says nothing', () => {
  expect(describeGrant(makeGrant({ id: 'all', permit: ['*.*'] }))).toBe('');
});

test('everything that a grant sets is said as it is typed', () => {
  const parsed = parseWindow('mon-fri,sun 08:00-24:00 Europe/London');
  if (parsed.kind !== 'ok') throw new Error(parsed.why);
  const grant = makeGrant({
    id: 'all',
    permit: ['*.*'],
    effects: ['read', 'write'],
    projects: ['website'],
    principals: ['agent:claude', 'ci'],
    bind: { token: 'bot' },
    pin: { owner: 'acme-inc', page: 1 },
    rate: { count: 60, periodMs: 3_600_000 },
    concurrency: 4,
    window: toWindow(parsed.window),
    expiresMs: Date.parse('2027-03-01T00:00:00Z'),
    workspace: true,
    args: true,
    requireSession: true,
    approve: 'once',
  });
  expect(describeGrant(grant)).toBe(
    'bind token=bot, pin owner=acme-inc, pin page=1, effect read write, project website, principal agent:claude ci, rate 60/hour, concurrency 4, window mon-fri,sun 08:00-24:00 Europe/London, expires 2027-03-01, workspace, args, require-session, approve once',
  );
  expect(describeGrant(makeGrant({ id: 'x', forbid: ['*.*'], expiresMs: Date.parse('2027-03-01T08:30:00Z') }))).toBe(
    'expires 2027-03-01T08:30:00.000Z',
  );
});
