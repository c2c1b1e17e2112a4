import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseName } from '../../src/model/ids.js';
import type { TenantName } from '../../src/model/ids.js';
import { compileTenant } from '../../src/tenant/compile-tenant.js';
import { addGrant, newTenantFile, removeCredential, removeGrant, setCredential, setStatus } from '../../src/tenant/edit-tenant.js';
import type { Edit } from '../../src/tenant/edit-tenant.js';
import { WHOLE } from '../vectors/tenant-files.js';

const COMMENTED = `# our first client
version: 1
tenant: acme
status: active # since May
credentials:
  # the bot's own token
  bot: { backend: keychain, ref: acme/bot }
grants:
  # reading is fine
  - id: read
    permit: [github.*.list]
    bind: { token: bot } # read-only
  - id: write
    permit: [github.*.create]
# the end
`;

function textOf(edit: Edit): string {
  if (edit.kind !== 'edited') throw new Error(edit.why);
  return edit.text;
}

async function tenantOf(text: string) {
  const compiled = await compileTenant('tenants/acme.yaml', Buffer.from(text));
  if (compiled.kind !== 'ok') throw new Error(JSON.stringify(compiled.problems));
  return compiled.tenant;
}

describe('newTenantFile', () => {
  it('is a valid file that permits nothing', async () => {
    expect(await tenantOf(newTenantFile(parseName<TenantName>('acme')!))).toMatchObject({
      tenant: 'acme',
      status: 'active',
      credentials: {},
      grants: [],
    });
  });
});

/** Names that YAML reads as another type where they stand without quotes. */
const ODD = ['123', '007', 'null', 'true', 'false', '1e5', '0x1f', '0o7', 'yes', '2027-01-01'];

it.each(ODD)('%s names a tenant, and what is in it', async (odd) => {
  const name = parseName<TenantName>(odd)!;
  const withCredential = textOf(setCredential(newTenantFile(name), odd, { backend: odd, ref: odd }));
  const grant = { id: odd, permit: [`${odd}.*`], projects: [odd], bind: { [odd]: odd } };
  const text = textOf(addGrant(withCredential, grant));
  const compiled = await compileTenant(`tenants/${odd}.yaml`, Buffer.from(text));
  expect(compiled).toMatchObject({
    tenant: { tenant: odd, credentials: { [odd]: { backend: odd, ref: odd } }, grants: [{ id: odd, projects: [odd] }] },
  });
  expect(textOf(removeCredential(textOf(removeGrant(text, odd)), odd))).toBe(newTenantFile(name));
});

describe('an edit', () => {
  it('puts a credential and a grant into a new file', async () => {
    const withCredential = textOf(
      setCredential(newTenantFile(parseName<TenantName>('acme')!), 'bot', { backend: 'embedded', ref: 'acme/bot' }),
    );
    const text = textOf(
      addGrant(withCredential, {
        id: 'list',
        permit: ['github.*.list'],
        effects: ['read'],
        projects: ['website'],
        principals: ['agent'],
        bind: { token: 'bot' },
        pin: { owner: 'acme-inc', n: 1 },
        limits: { rate: '60/hour', concurrency: 2 },
        window: { days: ['mon', 'tue'], hours: '08:00-20:00', timezone: 'Europe/London' },
        expires: '2027-03-01',
        workspace: true,
        args: true,
      }),
    );
    expect(text.slice(text.indexOf('credentials'))).toBe(`credentials:
  bot: { backend: embedded, ref: acme/bot }
grants:
  - id: list
    permit: [ github.*.list ]
    effects: [ read ]
    projects: [ website ]
    principals: [ agent ]
    bind: { token: bot }
    pin: { owner: acme-inc, n: 1 }
    limits: { rate: 60/hour, concurrency: 2 }
    window: { days: [ mon, tue ], hours: 08:00-20:00, timezone: Europe/London }
    expires: 2027-03-01
    workspace: true
    args: true
`);
    const [grant] = (await tenantOf(text)).grants;
    expect(grant).toMatchObject({ id: 'list', pin: { owner: 'acme-inc', n: 1 }, expiresMs: Date.UTC(2027, 2, 1), workspace: true });
  });

  it('keeps comments and order', () => {
    const text = textOf(setStatus(textOf(addGrant(COMMENTED, { id: 'no', forbid: ['*.delete'] })), 'revoked'));
    for (const comment of ['# our first client', '# since May', '# the bot', '# reading is fine', '# read-only', '# the end'])
      expect(text).toContain(comment);
    expect(['id: read', 'id: write', 'id: no', 'status: revoked'].every((part) => text.includes(part))).toBe(true);
    expect(text.indexOf('id: write')).toBeLessThan(text.indexOf('id: no'));
  });

  it('takes away one grant and leaves the others', async () => {
    const text = textOf(removeGrant(COMMENTED, 'read'));
    expect((await tenantOf(text)).grants.map(({ id }) => id)).toEqual(['write']);
    expect((await tenantOf(textOf(removeGrant(text, 'write')))).grants).toEqual([]);
  });

  it('sets a credential anew in its place', async () => {
    const text = textOf(setCredential(COMMENTED, 'bot', { backend: '1password', ref: 'op://A b/#c: d' }));
    expect((await tenantOf(text)).credentials).toEqual({ bot: { backend: '1password', ref: 'op://A b/#c: d', allowShort: false } });
    expect(text).toContain("# the bot's own token");
  });

  it('takes away a credential, and the file does not compile while a grant binds it', async () => {
    const text = textOf(removeCredential(COMMENTED, 'bot'));
    expect(await compileTenant('tenants/acme.yaml', Buffer.from(text))).toMatchObject({
      kind: 'invalid',
      problems: [{ key: 'grants.0.bind.token' }],
    });
    expect((await tenantOf(textOf(removeGrant(text, 'read')))).credentials).toEqual({});
  });

  it('is refused for what is there already, or is not there', () => {
    const edits = [
      addGrant(COMMENTED, { id: 'read', permit: ['x.*'] }),
      removeGrant(COMMENTED, 'other'),
      removeCredential(COMMENTED, 'other'),
      setStatus('a: [', 'revoked'),
      setStatus('- a', 'revoked'),
      setStatus('', 'revoked'),
      addGrant('version: 1\ngrants: no\n', { id: 'a', permit: ['x.*'] }),
      setCredential('version: 1\ncredentials: []\n', 'a', { backend: 'embedded', ref: 'x' }),
    ];
    for (const edit of edits) expect(edit.kind).toBe('refused');
  });

  it('makes the list or mapping that is absent or empty', async () => {
    const bare = 'version: 1\ntenant: acme\nstatus: active\n';
    for (const text of [bare, `${bare}credentials:\ngrants:\n`]) {
      const edited = textOf(addGrant(textOf(setCredential(text, 'bot', { backend: 'embedded', ref: 'x' })), { id: 'a', permit: ['x.*'] }));
      expect(await tenantOf(edited)).toMatchObject({ credentials: { bot: { ref: 'x' } }, grants: [{ id: 'a' }] });
    }
  });

  it('leaves what it does not touch the same', async () => {
    const before = await tenantOf(WHOLE);
    const after = await tenantOf(textOf(removeGrant(textOf(addGrant(WHOLE, { id: 'x', permit: ['x.*'] })), 'x')));
    expect({ ...after, source: '' }).toEqual({ ...before, source: '' });
  });

  it('carries any text as that text, and never as more YAML', async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'yes',
        'null',
        '1',
        '2027-01-01',
        '- a',
        'a: b',
        '# c',
        '*x',
        '&x',
        '!t',
        '"',
        "'",
        '{',
        '%',
        '1e3',
        '0x1',
        '~',
        '<<',
      ),
    );
    const plain = texts.filter((text) => !/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/.test(text));
    await fc.assert(
      fc.asyncProperty(
        plain,
        plain.filter((text) => text !== ''),
        async (pin, ref) => {
          const text = textOf(
            setCredential(textOf(addGrant(COMMENTED, { id: 'x', permit: ['x.*'], pin: { owner: pin } })), 'c', {
              backend: 'embedded',
              ref,
            }),
          );
          const tenant = await tenantOf(text);
          expect(tenant.grants.at(-1)?.pin).toEqual({ owner: pin });
          expect(tenant.grants).toHaveLength(3);
          expect(Object.entries(tenant.credentials).at(-1)).toEqual(['c', { backend: 'embedded', ref, allowShort: false }]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
