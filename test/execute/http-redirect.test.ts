import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { readRedirect } from '../../src/execute/http-redirect.js';

describe('where a redirect leads', () => {
  it('is never another origin, whatever the service says', () => {
    const url = new URL('https://api.test/v1/x');
    const scheme = fc.constantFrom('', 'https:', 'http:', 'HTTPS:', '\thttps:', 'data:', 'https:api.test');
    const slashes = fc.constantFrom('', '/', '//', '\\\\', '/\\', '///', '/\t/', '//\n');
    const host = fc.constantFrom(
      '',
      'api.test',
      'evil.test',
      'api.test@evil.test',
      'api.test:443',
      'api.test:444',
      'API.TEST',
      'api.test.',
      'x:y@api.test',
    );
    const location = fc.tuple(scheme, slashes, host, fc.string({ unit: 'binary', maxLength: 12 })).map((parts) => parts.join(''));
    fc.assert(
      fc.property(location, (place) => {
        const next = readRedirect({ method: 'GET', url, status: 302, locations: [place], followed: 0, signed: false });
        if (next === null) throw new Error('a place was overlooked');
        if (isDenial(next)) expect(next.code).toBe('REDIRECT_BLOCKED');
        else expect([next.origin, next.username, next.password, next.hash]).toEqual(['https://api.test', '', '', '']);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is nowhere for a request that is signed for its own address', () => {
    const hop = { method: 'GET', url: new URL('https://api.test/a'), locations: ['/b'], followed: 0, signed: true } as const;
    expect(readRedirect({ ...hop, status: 307 })).toMatchObject({
      code: 'REDIRECT_BLOCKED',
      facts: { detail: expect.stringContaining('signed') },
    });
    expect(readRedirect({ ...hop, status: 200 })).toBeNull();
  });

  it('a place of more than 8000 characters is not read', () => {
    const hop = { method: 'GET', url: new URL('https://api.test/'), status: 302, followed: 0, signed: false } as const;
    expect(readRedirect({ ...hop, locations: [`/${'x'.repeat(8_000)}`] })).toMatchObject({ code: 'REDIRECT_BLOCKED' });
  });
});
