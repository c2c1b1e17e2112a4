import { expect, test } from 'vitest';
import { splitSecretName } from '../../src/cli/secret-name.js';

test('a credential is written as its tenant, a slash and its name', () => {
  expect(splitSecretName('acme/github-bot')).toEqual({ tenant: 'acme', name: 'github-bot' });
});

test.each(['', 'acme', 'acme/', '/bot', 'acme/bot/more', 'Acme/bot', 'acme/b ot', '../bot', 'acme/bot\n'])('%j is none', (text) => {
  expect(splitSecretName(text)).toBeNull();
});
