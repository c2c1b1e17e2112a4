import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { parseName } from '../../src/model/ids.js';
import { formatPrincipal, PRINCIPAL_KINDS } from '../../src/model/principal.js';
import { identifyPrincipal } from '../../src/principal/identify-principal.js';
import { AGENT_MARKERS, CI_MARKERS } from '../../src/principal/markers.js';
import { mayOperate } from '../../src/principal/refuse-operator.js';
import { PRINCIPAL_ROWS, UNREADABLE_CLAIMS } from '../vectors/principal-identified.js';

const on = { stdin: true, stdout: true, stderr: true };
const off = { stdin: false, stdout: false, stderr: false };

describe('who asks', () => {
  test.each(PRINCIPAL_ROWS)('%s', (_what, claim, env, terminal, principal, source, agentMarker) => {
    const found = identifyPrincipal({ claim, env, terminal: terminal ? on : off, user: 'ann' });
    if (isDenial(found)) throw new Error(found.code);
    expect({ principal: formatPrincipal(found), source: found.source, agentMarker: found.agentMarker }).toEqual({
      principal,
      source,
      agentMarker,
    });
    expect(mayOperate(found)).toBe(!agentMarker);
  });

  test.each(UNREADABLE_CLAIMS)('the claim %j is USAGE, with or without a marker, and is not repeated', (claim) => {
    for (const env of [{}, { CLAUDECODE: '1' }]) {
      const found = identifyPrincipal({ claim, env, terminal: on, user: 'ann' });
      expect(found).toMatchObject({ code: 'USAGE' });
      expect(found).toEqual(identifyPrincipal({ claim: 'another:one', env: {}, terminal: on, user: 'ann' }));
    }
  });

  test.each([
    ['ann', 'ann'],
    ['Ann Smith', 'ann-smith'],
    ['DOMAIN\\ann', 'domain-ann'],
    ['_www', 'www'],
    ['', 'unknown'],
    ['日本', 'unknown'],
    ['a'.repeat(300), 'a'.repeat(64)],
  ])('the login name %j becomes %s', (user, name) => {
    expect(identifyPrincipal({ claim: null, env: {}, terminal: on, user })).toMatchObject({ kind: 'human', name });
  });

  test('standard error alone is a terminal too', () => {
    expect(identifyPrincipal({ claim: null, env: {}, terminal: { ...off, stderr: true }, user: 'ann' })).toMatchObject({ kind: 'human' });
  });

  test('every name in the tables is a name', () => {
    for (const { name } of [...AGENT_MARKERS, ...CI_MARKERS]) if (name !== null) expect(parseName(name)).toBe(name);
  });

  test('no claim raises a caller with an agent marker, and whoever is identified has a valid name', () => {
    const claim = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom(...PRINCIPAL_KINDS), fc.string()).map(([kind, name]) => `${kind}:${name}`),
      fc.constantFrom('human:ann', 'ci:x', 'schedule:x'),
    );
    fc.assert(
      fc.property(claim, fc.string({ minLength: 1 }), fc.string(), (text, self, user) => {
        fc.pre(self !== '0' && self.toLowerCase() !== 'false');
        const found = identifyPrincipal({ claim: text, env: { AI_AGENT: self, CI: 'true' }, terminal: on, user });
        if (isDenial(found)) return;
        expect(found).toMatchObject({ kind: 'agent', agentMarker: true });
        expect(parseName(found.name)).toBe(found.name);
        const unmarked = identifyPrincipal({ claim: null, env: {}, terminal: on, user });
        if (!isDenial(unmarked)) expect(parseName(unmarked.name)).toBe(unmarked.name);
      }),
    );
  });
});
