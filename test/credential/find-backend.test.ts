import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkReference, findBackend } from '../../src/credential/find-backend.js';
import { KIND_NAMES, OWN_KINDS } from '../../src/credential/registry.js';
import type { BackendEntry, Settings } from '../../src/state/settings.js';
import { REFERENCES } from '../vectors/backend-references.js';

async function check(backend: string, ref: string, tenant = 'acme', backends: Settings['backends'] = {}): Promise<string | null> {
  const use = await findBackend(backend, backends);
  return typeof use === 'string' ? use : checkReference(use, ref, tenant);
}

const entry = (kind: string, options: BackendEntry['options'], tenants: BackendEntry['tenants'] = null) => ({ kind, tenants, options });

describe.each(REFERENCES)('$kind references with $options', ({ kind, options, taken, refused }) => {
  const backends = options === null ? {} : { place: entry(kind, options) };
  const name = options === null ? kind : 'place';

  it.each(taken)('%j may be used', async (ref) => {
    expect(await check(name, ref, 'acme', backends)).toBeNull();
  });

  it.each(refused)('%j may not', async (ref) => {
    const fault = await check(name, ref, 'acme', backends);
    expect(fault).toMatch(/^its /);
    if (ref.length > 4) expect(fault).not.toContain(ref);
  });
});

it('a name that is no backend’s, and a kind that must be set up, are refused', async () => {
  for (const name of ['memory', 'none', 'constructor', '__proto__', '', 'EMBEDDED']) {
    expect(await check(name, 'acme/bot')).toBe(`there is no backend ${name}`);
  }
  for (const name of ['infisical', 'vault', 'exec'])
    expect(await check(name, 'a/b/c')).toBe(`backend ${name} is not set up in settings.yaml`);
});

it('no reference into a store of outloop’s own serves two tenants', async () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/);
  const ref = fc.oneof(
    fc.string(),
    fc.tuple(name, name).map((pair) => pair.join('/')),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...OWN_KINDS), ref, name, name, async (backend, text, one, other) => {
      fc.pre(one !== other);
      return (await check(backend, text, one)) !== null || (await check(backend, text, other)) !== null;
    }),
  );
});

it('the backends’ own tokens are in no tenant’s reach', async () => {
  for (const tenant of ['acme', 'backends', '-backends']) {
    for (const backend of OWN_KINDS) expect(await check(backend, '@backends/doppler', tenant)).not.toBeNull();
  }
});

describe('a list of references for each tenant', () => {
  const listed = {
    shared: entry('1password', { op: '/usr/bin/op', connect: null }, { acme: ['op://Acme/*'], globex: ['op://Globex/Stripe/key'] }),
  };

  it.each([
    ['acme', 'op://Acme/Stripe/key', true],
    ['acme', 'op://Acme/a/b/c', true],
    ['acme', 'op://AcmeTwo/Stripe/key', false],
    ['acme', 'op://Globex/Stripe/key', false],
    ['globex', 'op://Globex/Stripe/key', true],
    ['globex', 'op://Globex/Stripe/key2', false],
    ['globex', 'op://globex/Stripe/key', false],
    ['initech', 'op://Acme/Stripe/key', false],
    ['constructor', 'op://Acme/Stripe/key', false],
  ])('tenant %s and %s: %s', async (tenant, ref, may) => {
    expect(await check('shared', ref, tenant, listed)).toBe(may ? null : 'its ref is not listed for this tenant in settings.yaml');
  });

  it('without a line for a tenant gives it nothing, in every kind', async () => {
    for (const { kind, options, taken } of REFERENCES) {
      if (options === null && !KIND_NAMES.includes(kind)) continue;
      const backends = { place: entry(kind, options ?? { mounts: [], project: null, config: null, connect: null }, {}) };
      for (const ref of taken) expect(await check('place', ref, 'acme', backends)).not.toBeNull();
    }
  });
});
