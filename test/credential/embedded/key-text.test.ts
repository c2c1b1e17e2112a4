import { describe, expect, test } from 'vitest';
import { formatKeyText, isKeyVariable, parseKeyText } from '../../../src/credential/embedded/key-text.js';

const KEY = Uint8Array.from({ length: 32 }, (_, at) => 255 - at);

describe('a vault’s key as a CI’s own secret', () => {
  test('is letters and digits alone, and read back with blanks around it', () => {
    expect(formatKeyText(KEY)).toMatch(/^[a-z0-9]{80}$/);
    expect(parseKeyText(`  ${formatKeyText(KEY)}\r\n`)).toEqual(KEY);
  });

  test.each([
    '',
    'outloopvaultkey1',
    formatKeyText(KEY).slice(1),
    formatKeyText(KEY).slice(0, -1),
    `${formatKeyText(KEY)}0`,
    formatKeyText(KEY).toUpperCase(),
  ])('%j is none', (text) => expect(parseKeyText(text)).toBeNull());

  test('comes in a variable that is taken out of the environment at the start, and in no other', () => {
    expect(['OUTLOOP_VAULT_KEY', 'OUTLOOP_VAULT_KEY_ACME_2'].map(isKeyVariable)).toEqual([true, true]);
    expect(['PATH', 'OUTLOOP_VAULT_KEYS', 'OUTLOOP_VAULT_KEY_', 'OUTLOOP_VAULT_KEY_a'].map(isKeyVariable)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
