import { chmodSync, copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createDecipheriv, randomBytes, type DecipherGCM } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import {
  NONCE_BYTES,
  readSealedFile,
  removeTokensOf,
  writeSealedFile,
  type SealedPlace,
} from '../../../src/credential/token/sealed-file.js';
import { makeSetting, type MadeSetting } from '../make-setting.js';

const made: MadeSetting[] = [];
afterEach(() => {
  for (const one of made.splice(0)) one.remove();
});

const PLACE: SealedPlace = { tenant: 'acme', kind: 'token', about: ['bot', 'crm', 'app', 'oauth-client-credentials', 'scope', 'read'] };

function makeState(id?: string) {
  const setting = makeSetting(id === undefined ? {} : { id });
  made.push(setting);
  const { state } = setting.setting;
  const folder = join(state.paths.vault, 'acme');
  const file = () =>
    join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.token'))!,
    );
  return { state, folder, file };
}

it('opens in its place alone', () => {
  const { state, file } = makeState();
  expect(writeSealedFile(state, PLACE, { token: 'abc' }, randomBytes(NONCE_BYTES))).toBe(true);
  expect(readSealedFile(state, PLACE)).toEqual({ token: 'abc' });
  const original = readFileSync(file());
  const others: SealedPlace[] = [
    { ...PLACE, about: ['other', ...PLACE.about.slice(1)] },
    { ...PLACE, about: [...PLACE.about.slice(0, -1), 'write'] },
    { ...PLACE, kind: 'successor' },
  ];
  for (const place of others) {
    expect(readSealedFile(state, place)).toBeNull();
    writeSealedFile(state, place, { token: 'xyz' }, randomBytes(NONCE_BYTES));
  }
  for (const name of readdirSync(join(state.paths.vault, 'acme'))) writeFileSync(join(state.paths.vault, 'acme', name), original);
  for (const place of others) expect(readSealedFile(state, place)).toBeNull();
  expect(readSealedFile(state, PLACE)).toEqual({ token: 'abc' });
});

it('does not open in another state', () => {
  const one = makeState('01JD3Y0000000000000000000A');
  const other = makeState('01JD3Y0000000000000000000B');
  writeSealedFile(one.state, PLACE, { token: 'abc' }, randomBytes(NONCE_BYTES));
  writeSealedFile(other.state, PLACE, { token: 'xyz' }, randomBytes(NONCE_BYTES));
  copyFileSync(one.file(), other.file());
  expect(readSealedFile(other.state, PLACE)).toBeNull();
});

it('opens with no bit changed and no byte missing', () => {
  const { state, file } = makeState();
  writeSealedFile(state, PLACE, { token: 'abc' }, randomBytes(NONCE_BYTES));
  const original = readFileSync(file());
  for (let at = 0; at < original.length; at++) {
    const changed = Buffer.from(original);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(file(), changed);
    expect(readSealedFile(state, PLACE)).toBeNull();
    writeFileSync(file(), original.subarray(0, at));
    expect(readSealedFile(state, PLACE)).toBeNull();
  }
  writeFileSync(file(), original);
  chmodSync(file(), 0o640);
  expect(readSealedFile(state, PLACE)).toBeNull();
});

it('is removed with its credential, and no other one’s is', () => {
  const { state, folder } = makeState();
  for (const credential of ['bot', 'bot-two']) {
    writeSealedFile(state, { ...PLACE, about: [credential] }, {}, randomBytes(NONCE_BYTES));
  }
  writeFileSync(join(folder, 'bot.secret'), '');
  expect(removeTokensOf(state, 'acme', 'bot')).toBe(true);
  expect(readdirSync(folder).map((name) => name.replace(/[0-9a-f]{16}/, '*'))).toEqual(['bot-two.*.token', 'bot.secret']);
  expect(removeTokensOf(state, 'nobody', 'bot')).toBe(true);
});

it('leaves zeros where its text was, also where its tag does not fit', () => {
  const { state, file } = makeState();
  writeSealedFile(state, PLACE, { token: 'abc' }, randomBytes(NONCE_BYTES));
  const prototype = Object.getPrototypeOf(createDecipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12))) as DecipherGCM;
  const opened = vi.spyOn(prototype, 'update');
  try {
    expect(readSealedFile(state, PLACE)).toEqual({ token: 'abc' });
    const bytes = readFileSync(file());
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(file(), bytes);
    expect(readSealedFile(state, PLACE)).toBeNull();
    const texts = opened.mock.results.map(({ value }) => value as unknown as Buffer);
    expect(texts.map((text) => text.equals(Buffer.alloc('{"token":"abc"}'.length)))).toEqual([true, true]);
  } finally {
    opened.mockRestore();
  }
});
