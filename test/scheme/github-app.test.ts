import { verify } from 'node:crypto';
import { expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { Secret } from '../../src/model/secret.js';
import { githubApp } from '../../src/scheme/github-app.js';
import { APP_KEY } from '../vectors/scheme-exchanged.js';

it('a GitHub App signs for itself as RFC 7515 has it, from a minute ago until nine minutes from now', () => {
  const nowMs = 1_764_000_000_000;
  const asked = githubApp.exchange!.ask(
    new Secret('app', Buffer.from(APP_KEY.privateKey)),
    { app: 'Iv1.8a61f9b3a7aba766', installation: '7' },
    nowMs,
  );
  if (isDenial(asked)) throw new Error(asked.code);
  const header = new Map(asked.headers).get('Authorization') ?? '';
  const [head = '', claims = '', signature = ''] = header.replace('Bearer ', '').split('.');
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' });
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
    iat: 1_764_000_000 - 60,
    exp: 1_764_000_000 + 540,
    iss: 'Iv1.8a61f9b3a7aba766',
  });
  expect(verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), APP_KEY.publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
});
