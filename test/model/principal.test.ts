import { expect, test } from 'vitest';
import { findClaim } from '../../src/model/principal.js';

test.each([
  [{ OUTLOOP_PRINCIPAL: 'agent:claude' }, 'agent:claude'],
  [{ OUTLOOP_PRINCIPAL: '' }, null],
  [{}, null],
])('%j claims %j', (env, claim) => {
  expect(findClaim(env)).toBe(claim);
});
