import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAddress, isAllowedAddress } from '../../src/net/address.js';
import { ADDRESSES, NOT_ADDRESSES } from '../vectors/net-addresses.js';

describe('addresses', () => {
  it.each(ADDRESSES)('%s is %s', (ip, kind) => {
    expect(classifyAddress(ip)).toBe(kind);
    expect(isAllowedAddress(ip, [])).toBe(kind === 'public');
  });

  it.each(NOT_ADDRESSES)('%j is no address and allowed nowhere', (text) => {
    expect(classifyAddress(text)).toBeNull();
    expect(isAllowedAddress(text, ['0.0.0.0/0', '::/0'])).toBe(false);
  });

  it.each([
    ['10.1.2.3', '10.1.0.0/16', true],
    ['10.2.2.3', '10.1.0.0/16', false],
    ['127.0.0.1', '127.0.0.1/32', true],
    ['::1', '127.0.0.0/8', false],
    ['::ffff:10.1.2.3', '10.1.0.0/16', true],
    ['64:ff9b::a01:203', '10.1.0.0/16', true],
    ['64:ff9b::a01:203', '64:ff9b::/96', true],
    ['10.1.2.3', '64:ff9b::/96', false],
    ['fd12::1', 'fd12::/16', true],
    ['fd13::1', 'fd12::/16', false],
    ['169.254.169.254', '10.0.0.0/8', false],
    ['0.0.0.0', '0.0.0.0/0', false],
    ['::', '::/0', false],
    ['224.0.0.1', '0.0.0.0/0', false],
    ['10.1.2.3', '10.1.2.3', false],
    ['10.1.2.3', '10.1.2.3/', false],
    ['10.1.2.3', '10.1.2.3/16', false],
    ['10.1.2.3', '10.0.0.0/33', false],
    ['10.1.2.3', '10.0.0.0/-1', false],
    ['10.1.2.3', 'everything', false],
    ['10.1.2.3', '', false],
  ])('%s with %s listed is allowed: %s', (ip, network, allowed) => {
    expect(isAllowedAddress(ip, [network])).toBe(allowed);
  });

  it('an address is read exactly where Node reads one', () => {
    const octet = fc.integer({ min: 0, max: 300 }).map(String);
    const group = fc.oneof(
      fc.integer({ min: 0, max: 0x1ffff }).map((value) => value.toString(16)),
      fc.constantFrom('', '', '1.2.3.4'),
    );
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(octet, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.')),
      fc.array(group, { minLength: 2, maxLength: 9 }).map((parts) => parts.join(':')),
    );
    fc.assert(
      fc.property(text, (ip) => {
        expect(classifyAddress(ip) !== null).toBe(isIP(ip) !== 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('no address that Node places in a private block is public, in any spelling', () => {
    const blocked = new BlockList();
    for (const [net, prefix] of [
      ['0.0.0.0', 8],
      ['10.0.0.0', 8],
      ['127.0.0.0', 8],
      ['169.254.0.0', 16],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
      ['224.0.0.0', 3],
    ] as const) {
      blocked.addSubnet(net, prefix, 'ipv4');
    }
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('', '::ffff:', '64:ff9b::'), (ip, wrap) => {
        if (blocked.check(ip, 'ipv4')) expect(isAllowedAddress(wrap + ip, [])).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
