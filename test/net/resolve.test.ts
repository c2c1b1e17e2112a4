import { describe, expect, it } from 'vitest';
import { readDestination } from '../../src/net/destination.js';
import { resolveDestination, type Lookup } from '../../src/net/resolve.js';
import { openTimeLimit } from '../../src/net/time-limit.js';

const resolve = async (base: string, lookup: Lookup, networks: readonly string[] = [], timeoutMs = 5_000): Promise<unknown> => {
  const limit = openTimeLimit({ host: 'h', timeoutMs, cancel: new AbortController().signal });
  try {
    return await resolveDestination(readDestination(base)!, { networks, lookup, limit });
  } finally {
    limit.close();
  }
};
const never: Lookup = () => Promise.reject(new Error('was asked'));
const answer =
  (...addresses: string[]): Lookup =>
  () =>
    Promise.resolve(addresses);

describe('resolving a service’s name', () => {
  it('public answers are taken in the resolver’s order', async () => {
    expect(await resolve('https://api.test', answer('2606:4700::1', '1.1.1.1'))).toEqual(['2606:4700::1', '1.1.1.1']);
  });

  it.each([
    [['127.0.0.1'], []],
    [['10.0.0.1'], []],
    [['169.254.169.254'], ['10.0.0.0/8']],
    [['::ffff:10.0.0.1'], []],
    [['1.1.1.1', '10.0.0.1'], []],
    [['10.0.0.1', '10.9.0.1'], ['10.0.0.0/16']],
    [['fe80::1%eth0'], ['fe80::/10']],
    [['0.0.0.0'], ['0.0.0.0/0']],
  ])('the answers %j with networks %j are EGRESS_BLOCKED, all of them', async (addresses, networks) => {
    expect(await resolve('https://api.test', answer(...addresses), networks)).toMatchObject({
      code: 'EGRESS_BLOCKED',
      facts: { host: 'api.test', detail: 'it is neither public nor one that the service’s networks open' },
    });
  });

  it('a private answer passes within the service’s networks', async () => {
    expect(await resolve('https://api.test', answer('10.0.0.1'), ['10.0.0.0/16'])).toEqual(['10.0.0.1']);
  });

  it('localhost and literals ask no resolver', async () => {
    expect(await resolve('http://localhost:1', never)).toEqual(['127.0.0.1', '::1']);
    expect(await resolve('https://localhost:1', never, ['::1/128'])).toEqual(['::1']);
    expect(await resolve('https://localhost:1', never)).toMatchObject({ code: 'EGRESS_BLOCKED' });
    expect(await resolve('https://1.1.1.1', never)).toEqual(['1.1.1.1']);
    expect(await resolve('http://[::ffff:127.0.0.1]', never)).toEqual(['::ffff:7f00:1']);
  });

  it('a name without an address, or with hundreds, is UPSTREAM_UNREACHABLE', async () => {
    expect(await resolve('https://api.test', never)).toMatchObject({ code: 'UPSTREAM_UNREACHABLE', facts: { host: 'api.test' } });
    expect(await resolve('https://api.test', answer())).toMatchObject({ code: 'UPSTREAM_UNREACHABLE' });
    expect(await resolve('https://api.test', answer(...Array<string>(65).fill('1.1.1.1')))).toMatchObject({ code: 'UPSTREAM_UNREACHABLE' });
  });

  it('a resolver that says nothing is ended by the limit', async () => {
    expect(await resolve('https://api.test', () => new Promise(() => undefined), [], 20)).toMatchObject({
      code: 'RUN_TIMEOUT',
      facts: { limitMs: 20 },
    });
  });
});
