import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkReference } from '../../src/credential/check-reference.js';
import { BACKEND_NAMES, isBackendName, openBackend } from '../../src/credential/registry.js';
import { makeSetting } from './make-setting.js';

it.each([
  ['embedded', 'acme/github-bot'],
  ['keychain', 'acme/github-bot'],
  ['keychain', 'acme/GitHub Bot (prod)'],
  ['keychain', 'acme/schlüssel'],
])('acme may use the %s reference %j', (backend, ref) => {
  expect(checkReference(backend, ref, 'acme')).toBeNull();
});

it.each([
  ['embedded', 'rival/github-bot'],
  ['embedded', 'acme'],
  ['embedded', 'acme/'],
  ['embedded', '/bot'],
  ['embedded', 'acme/../rival/bot'],
  ['embedded', 'acme/..'],
  ['embedded', 'acme/a/b'],
  ['embedded', 'acme/Bot'],
  ['embedded', 'acme/bot\n'],
  ['embedded', 'acme/bot\0'],
  ['embedded', ' acme/bot'],
  ['embedded', `acme/${'a'.repeat(65)}`],
  ['keychain', 'rival/github-bot'],
  ['keychain', 'acme'],
  ['keychain', 'acme/'],
  ['keychain', 'acme-two/bot'],
  ['keychain', 'acme/bot\u202e'],
  ['keychain', 'acme/bot\u200b'],
  ['keychain', 'acme/\ud800'],
  ['keychain', `acme/${'a'.repeat(255)}`],
  ['memory', 'acme/bot'],
  ['none', 'acme/bot'],
  ['constructor', 'acme/bot'],
])('acme may not use the %s reference %j', (backend, ref) => {
  const fault = checkReference(backend, ref, 'acme');
  expect(fault).toMatch(/^its /);
  if (ref.length > 4) expect(fault).not.toContain(ref);
});

it('no reference serves two tenants', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/);
  fc.assert(
    fc.property(
      fc.constantFrom(...BACKEND_NAMES),
      fc.oneof(
        fc.string(),
        fc.tuple(name, name).map((pair) => pair.join('/')),
      ),
      name,
      name,
      (backend, ref, one, other) => {
        fc.pre(one !== other);
        return checkReference(backend, ref, one) !== null || checkReference(backend, ref, other) !== null;
      },
    ),
  );
});

it('a tenant’s file can name the backends of the registry and no other', async () => {
  expect(BACKEND_NAMES.every(isBackendName)).toBe(true);
  const made = makeSetting();
  try {
    for (const name of ['memory', '', 'toString', '__proto__', 'EMBEDDED']) {
      expect(isBackendName(name)).toBe(false);
      await expect(openBackend(name, made.setting)).rejects.toThrow(RangeError);
    }
    for (const name of BACKEND_NAMES) expect((await openBackend(name, made.setting)).name).toBe(name);
  } finally {
    made.remove();
  }
});
