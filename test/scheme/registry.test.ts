import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { Secret } from '../../src/model/secret.js';
import { checkScheme, presentSecret } from '../../src/scheme/registry.js';
import { BAD_USES, PRESENTED, UNUSABLE } from '../vectors/scheme-presented.js';

const request = { method: 'GET', url: new URL('https://api.test/'), headers: [], body: null };
const secretOf = (text: string): Secret => new Secret('bot', Buffer.from(text));

describe('a credential on the wire', () => {
  it.each(PRESENTED)('$use.scheme with $use.options is presented as its standard says', ({ use, secret, headers, query, derived }) => {
    expect(checkScheme(use)).toBeNull();
    const presented = presentSecret(secretOf(secret), use, request);
    if (isDenial(presented)) throw new Error(presented.code);
    expect(presented).toMatchObject({ credential: 'bot', headers, query });
    expect(presented.derived.map((bytes) => Buffer.from(bytes).toString())).toEqual(derived);
  });

  it.each(UNUSABLE)('%j cannot carry %j', (use, text, detail) => {
    expect(presentSecret(secretOf(text), use, request)).toEqual({
      kind: 'denial',
      code: 'SECRET_UNUSABLE',
      facts: { credential: 'bot', detail },
      retryAfterMs: null,
    });
  });

  it.each(BAD_USES)('%j is refused when a service is read, and all the same at run time', (use) => {
    expect(checkScheme(use)).toEqual(expect.any(String));
    expect(presentSecret(secretOf('s3cret-value'), use, request)).toMatchObject({ code: 'SECRET_UNUSABLE' });
  });
});
