import { describe, expect, it } from 'vitest';
import { isSecretName, judgeVariable } from '../../../src/credential/found/judge-variable.js';
import { JUDGED } from '../../vectors/judged-variables.js';

describe('a variable', () => {
  it.each(JUDGED)('%s=%s is taken for %s: %s', (name, value, kind, what) => {
    expect(judgeVariable(name, value)).toMatchObject({ kind, what });
  });

  it.each([
    ['GITHUB_TOKEN', 'ghp_0123456789abcdefghijABCDEFGHIJ012345', 'github'],
    ['STRIPE_API_KEY', 'an-unknown-shape-0123', 'stripe'],
    ['DB_PASSWORD', 'correct-horse-battery', null],
  ])('%s tells its service where one is known', (name, value, service) => {
    expect(judgeVariable(name, value)).toMatchObject({ kind: 'secret', service });
  });

  it('its judgement holds nothing of its value', () => {
    for (const [name, value] of JUDGED) {
      if (value.length < 8) continue;
      expect(JSON.stringify(judgeVariable(name, value))).not.toContain(value);
    }
  });

  it.each([
    ['DB_PASSWORD', true],
    ['GITHUB_TOKEN', true],
    ['api_key', true],
    ['x-api-key', true],
    ['TOKEN_URL', false],
    ['PUBLIC_KEY', false],
    ['KEYBOARD', false],
    ['MONKEY', false],
    ['AUTHOR', false],
  ])('the name %s says by itself whether it is secret: %s', (name, secret) => {
    expect(isSecretName(name)).toBe(secret);
  });
});
