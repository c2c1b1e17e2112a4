import { describe, expect, test } from 'vitest';
import { DENIAL_CODES } from '../../src/denial/catalogue.js';
import { deny } from '../../src/denial/denial.js';
import { blankCommand, describeDenial, describeOperatorStep } from '../../src/denial/describe.js';

describe('an operator’s step', () => {
  test.each([
    ['CONFIG_UNAVAILABLE', {}, 'outloop init, and where that was done, outloop doctor'],
    ['CONFIG_INVALID', {}, 'outloop doctor'],
    ['AUDIT_UNAVAILABLE', {}, 'outloop doctor'],
    ['AUDIT_CHAIN_BROKEN', {}, 'outloop doctor'],
    ['LINK_NOT_FOUND', {}, 'outloop link --tenant TENANT --project PROJECT'],
    ['LINK_NOT_APPROVED', { directory: '/x' }, 'outloop link'],
    ['LINK_CHANGED', { directory: '/x' }, 'outloop link'],
    ['TENANT_UNKNOWN', { tenant: 'globx' }, 'outloop tenant add globx'],
    ['TENANT_UNKNOWN', { tenant: 'globx', near: 'globex' }, 'did you mean globex? If not, outloop tenant add globx'],
    [
      'LINK_UNTRUSTED_PATH',
      { directory: '/x' },
      'make the folder and those above it yours alone with chown and chmod, move away a .outloop that is no plain small file, then outloop link',
    ],
    ['SECRET_UNUSABLE', { tenant: 'acme', credential: 'bot' }, 'outloop secret set acme/bot'],
    ['SECRET_UNUSABLE', { tenant: 'acme', credential: 'bot', pointer: 'bot' }, 'outloop secret check acme/bot'],
    ['SECRET_MISSING', { tenant: 'acme', credential: 'bot', backend: 'embedded' }, 'outloop secret set acme/bot'],
  ] as const)('of %s with %o is %s', (code, facts, step) => {
    expect(describeOperatorStep(deny(code, facts))).toBe(step);
  });

  test.each(DENIAL_CODES)('of %s is no report to oneself', (code) => {
    const facts = { tenant: 'acme', credential: 'bot', backend: 'op', service: 'demo', request: 'req_1', directory: '/x' };
    expect(describeOperatorStep(deny(code, facts))).not.toMatch(/report that the operator|carry on with work that needs no access/);
  });
});

test.each([
  ['[did you mean {near}? If not, ]outloop tenant add {tenant}', 'outloop tenant add TENANT'],
  ['outloop requests show {request}', 'outloop requests show REQUEST'],
  ['outloop doctor', 'outloop doctor'],
])('%s is shown as %s where no fact is known', (command, shown) => {
  expect(blankCommand(command)).toBe(shown);
});

test('what is permitted only at other times may be tried again where there is such a time, and only there', () => {
  const facts = { alias: 'demo.use' };
  expect(describeDenial(deny('OUTSIDE_WINDOW', facts, 60_000))).toMatchObject({
    retryable: true,
    retryAfterMs: 60_000,
    next: { who: 'agent' },
  });
  const never = describeDenial(deny('OUTSIDE_WINDOW', facts));
  expect(never).toMatchObject({ retryable: false, retryAfterMs: null, next: { who: 'operator' } });
  expect(never.next.do).not.toContain('wait');
});
