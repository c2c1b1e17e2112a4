import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/model/secret.js';
import { RARE_SCHEMES } from '../../src/scheme/rare-schemes.js';
import { EXCHANGED, NOT_EXCHANGED } from '../vectors/scheme-exchanged.js';

const nowMs = 1_764_000_000_000;
const [row] = EXCHANGED;

describe('an exchange', () => {
  it.each(NOT_EXCHANGED)('with %j is not tried for an unfit credential', (use, secret, detail) => {
    const asked = RARE_SCHEMES.get(use.scheme)!.exchange!.ask(new Secret('bot', Buffer.from(secret)), use.options, nowMs);
    expect(asked).toEqual({ kind: 'denial', code: 'SECRET_UNUSABLE', facts: { credential: 'bot', detail }, retryAfterMs: null });
  });

  it.each([
    [
      'a refusal names its code of RFC 6749 §5.2',
      400,
      { error: 'invalid_grant' },
      'SECRET_UNUSABLE',
      'auth.test answered 400 invalid_grant',
    ],
    ['a code of its own stays unsaid', 401, { error: 'hunter2hunter2' }, 'SECRET_UNUSABLE', 'auth.test answered 401'],
    ['a server in trouble may be asked again', 503, {}, 'BACKEND_UNAVAILABLE', 'it answered 503'],
    ['no token is no success', 200, { token_type: 'bearer' }, 'BACKEND_UNAVAILABLE', 'its answer is not a token'],
    [
      'a token with a line break is none',
      200,
      { access_token: 'abcdefgh\r\nX: y', token_type: 'bearer' },
      'BACKEND_UNAVAILABLE',
      'not a token',
    ],
    ['a token too short to hide is none', 200, { access_token: 'short', token_type: 'bearer' }, 'BACKEND_UNAVAILABLE', 'not a token'],
    ['another type of token is not used', 200, { access_token: 'abcdefgh', token_type: 'mac' }, 'SECRET_UNUSABLE', 'no bearer tokens'],
  ])('%s', (_, status, body, code, detail) => {
    const { use, secret } = row!;
    const answer = { host: 'auth.test', status, body: Buffer.from(JSON.stringify(body)), retryAfterMs: null };
    const read = RARE_SCHEMES.get(use.scheme)!.exchange!.read(answer, {
      secret: new Secret('bot', Buffer.from(secret)),
      options: use.options,
      nowMs,
    });
    expect(read).toMatchObject({ code });
    expect(JSON.stringify(read)).toContain(detail);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});
