import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.js';
import { hideSecrets } from '../../src/redact/hide-secrets.js';

test('secrets and what schemes made of them are hidden under their credential’s name', () => {
  const bot = new Secret('bot', Buffer.from('first-value-9f3'));
  const admin = new Secret('admin', Buffer.from('second-value-7c1'));
  const redactor = hideSecrets([bot, admin], [{ name: 'bot', bytes: Buffer.from('signature-of-it') }]);
  expect(redactor.redactText('first-value-9f3 second-value-7c1 signature-of-it')).toBe('[redacted:bot] [redacted:admin] [redacted:bot]');
});

test('without a secret everything passes', () => {
  expect(hideSecrets([]).redactText('anything at all')).toBe('anything at all');
});
