import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readPrivateKey } from '../../src/redact/private-key.js';
import { createRedactor } from '../../src/redact/redactor.js';

const pem = (key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1') =>
  String(key.export({ type, format: 'pem' } as { type: 'pkcs8'; format: 'pem' }));
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed25519 = () => generateKeyPairSync('ed25519').privateKey;

/** Each kind of key file: a new key in it, and the public key beside it. */
const KINDS: readonly (readonly [string, () => { readonly secret: string; readonly open: string }])[] = [
  ['RSA in PKCS#8', () => withPublic(rsa(), 'pkcs8')],
  ['RSA in PKCS#1', () => withPublic(rsa(), 'pkcs1')],
  ['EC in PKCS#8', () => withPublic(ec(), 'pkcs8')],
  ['EC in SEC1', () => withPublic(ec(), 'sec1')],
  ['Ed25519 in PKCS#8', () => withPublic(ed25519(), 'pkcs8')],
  ['Ed25519 of OpenSSH', () => openSsh()],
];

function withPublic(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'sec1') {
  return { secret: pem(key, type), open: String(createPublicKey(key).export({ type: 'spki', format: 'pem' })) };
}

/** A key file as ssh-keygen writes it, and the line of its public key. */
function openSsh() {
  const { d = '', x = '' } = ed25519().export({ format: 'jwk' });
  const field = (bytes: Buffer | string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, Buffer.from(bytes)]);
  };
  const open = Buffer.from(x, 'base64url');
  const publicKey = Buffer.concat([field('ssh-ed25519'), field(open)]);
  const check = randomBytes(4);
  const secret = field(Buffer.concat([Buffer.from(d, 'base64url'), open]));
  const section = Buffer.concat([check, check, publicKey, secret, field('ada@example.com'), Buffer.from([1, 2, 3])]);
  const one = Buffer.from([0, 0, 0, 1]);
  const bytes = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    one,
    field(publicKey),
    field(section),
  ]);
  const body = bytes.toString('base64').replaceAll(/(.{70})/g, '$1\n');
  return {
    secret: `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`,
    open: `ssh-ed25519 ${publicKey.toString('base64')} ada@example.com\n`,
  };
}

const hiding = (secret: string) => createRedactor([{ name: 'key', bytes: Buffer.from(secret) }], null);

describe.each(KINDS)('a private key, %s', (_, make) => {
  const { secret } = make();

  test('does not come out, and its banners stay', () => {
    const lines = hiding(secret).redactText(secret).split('\n');
    expect(lines).toEqual([expect.stringMatching(/^-----BEGIN /), '[redacted:key]', expect.stringMatching(/^-----END /), '']);
  });

  test('lets pass what is public of it, at the end of a stream too, and waits for nothing there', () => {
    for (const text of [secret.slice(0, secret.indexOf('\n') + 1), 'choose - ', 'L', '50%']) {
      const filter = hiding(secret).open();
      expect(Buffer.concat([...filter.write(Buffer.from(text)), ...filter.pause()]).toString()).toBe(text);
    }
  });

  test('leaves other people’s keys of its kind as they are, private and public', () => {
    const others = Array.from({ length: 4 }, make);
    const text = others.flatMap((other) => [other.secret, other.open]).join('\n');
    expect(hiding(secret).redactText(text)).toBe(text);
  });

  test('shares nothing with certificates', () => {
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    const text = existsSync(bundle) ? readFileSync(bundle, 'latin1') : KINDS.map(([, other]) => other().open).join('\n');
    expect(hiding(secret).redactText(text)).toBe(text);
  });
});

test('a key that another kind of file holds is the same key', () => {
  for (const [from, to] of [
    ['pkcs1', 'pkcs8'],
    ['pkcs8', 'pkcs1'],
  ] as const) {
    const secret = pem(rsa(), from);
    const out = hiding(secret).redactText(pem(createPrivateKey(secret), to));
    expect(out.length).toBeLessThan(200);
  }
});

test('a JSON file of several lines keeps its public members, line for line', () => {
  const file = {
    type: 'service_account',
    project_id: 'website-12345',
    private_key: pem(rsa(), 'pkcs8'),
    client_email: 'bot@example.com',
    token_uri: 'https://oauth2.example.com/token',
  };
  const secret = JSON.stringify(file, null, 2);
  expect(hiding(secret).redactText(secret)).toBe(
    JSON.stringify({ ...file, private_key: '-----BEGIN PRIVATE KEY-----\n[redacted:key]\n-----END PRIVATE KEY-----\n' }, null, 2),
  );
});

test.each([
  ['cut short', (der: Buffer) => der.subarray(0, -1)],
  ['with more behind it', (der: Buffer) => Buffer.concat([der, Buffer.from([0])])],
  ['of endless depth', () => Buffer.alloc(4000, 0x30)],
  ['of no end', () => Buffer.from([0x30, 0x80, 0, 0])],
  ['of nothing', () => Buffer.alloc(0)],
])('an encoding %s is no key, and all of it counts', (_, change) => {
  const der = Buffer.from(rsa().export({ type: 'pkcs8', format: 'der' }));
  expect(readPrivateKey(der)?.known.includes(0)).toBe(true);
  expect(readPrivateKey(change(der))).toBeNull();
});
