import { expect, test } from 'vitest';
import { readFilter } from '../../src/cli/audit-filter.js';
import { makeWorld } from '../broker/make-world.js';

const NOW = Date.parse('2026-11-23T10:00:00.000Z');

test('flags become a filter; what is not given filters nothing', () => {
  const { world } = makeWorld({ nowMs: NOW });
  expect(readFilter(world, {})).toEqual({
    sinceMs: null,
    untilMs: null,
    tenant: null,
    project: null,
    alias: null,
    principal: null,
    code: null,
    type: null,
    run: null,
    limit: null,
    newestFirst: false,
  });
  expect(readFilter(world, { since: '24h', until: '2026-11-23', tenant: 'acme', type: 'deny', limit: 3, reverse: true })).toMatchObject({
    sinceMs: NOW - 86_400_000,
    untilMs: Date.parse('2026-11-23T00:00:00.000Z'),
    tenant: 'acme',
    type: 'deny',
    limit: 3,
    newestFirst: true,
  });
});

test('a moment that cannot be read is named by its flag', () => {
  const { world } = makeWorld({ nowMs: NOW });
  expect(readFilter(world, { since: 'yesterday' })).toBe('--since needs a date, an ISO time, or a span such as 24h');
  expect(readFilter(world, { code: 'LINK_CHANGD' })).toBe('there is no code LINK_CHANGD; did you mean LINK_CHANGED?');
  expect(readFilter(world, { code: 'link_changed' })).toBe('there is no code link_changed; did you mean LINK_CHANGED?');
  expect(readFilter(world, { code: 'NOPE' })).toBe(
    'there is no code of that name; take one of outloop denials, or OK, CHILD_FAILED, CHILD_SIGNALED, HTTP_ERROR, FAILED',
  );
  for (const code of ['OK', 'CHILD_FAILED', 'CHILD_SIGNALED', 'HTTP_ERROR', 'FAILED', 'LINK_CHANGED'])
    expect(readFilter(world, { code })).toMatchObject({ code });
  expect(readFilter(world, { until: '2026-13-01' })).toBe('--until needs a date, an ISO time, or a span such as 24h');
});

test('a time or a caller that no record can have is said to be one', () => {
  const { world } = makeWorld({ nowMs: NOW });
  expect(readFilter(world, { since: '1h', until: '2h' })).toBe('--since is not before --until');
  expect(readFilter(world, { since: '2026-11-01', until: '2026-11-01' })).toBe('--since is not before --until');
  expect(readFilter(world, { principal: 'claude' })).toBe(
    '--principal is human, ci, schedule, agent, or one of them with a name, such as agent:claude',
  );
  for (const principal of ['agent', 'agent:claude', '*:nightly', 'ag*', '*'])
    expect(readFilter(world, { principal })).toMatchObject({ principal });
});

test('the id of a run has its spelling', () => {
  const { world } = makeWorld({ nowMs: NOW });
  expect(readFilter(world, { run: '01JD3Y0000000000000000000A' })).toMatchObject({ run: '01JD3Y0000000000000000000A' });
  expect(readFilter(world, { run: '01JD3Y' })).toBe('--run: a run’s id has 26 digits and capital letters; see outloop audit show');
});
