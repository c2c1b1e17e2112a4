import { chmodSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TenantName } from '../../src/model/ids.js';
import type { Tenant } from '../../src/model/tenant.js';
import type { CompiledTenantFile } from '../../src/state/compiled.js';
import { hashBytes } from '../../src/state/sources.js';
import { findTenant, listTenants } from '../../src/state/tenants.js';
import { put, settle, temporaryState } from './temporary-state.js';

let home = temporaryState();
let compiled: string[] = [];

/** A tiny language in place of YAML: the first line names the tenant, a second line `broken` makes it invalid. */
async function compileTenant(file: string, bytes: Uint8Array): Promise<CompiledTenantFile> {
  compiled.push(file);
  const [name = '', second] = Buffer.from(bytes).toString().split('\n');
  const misnamed = !file.startsWith(`tenants/${name}.y`);
  if (second === 'broken' || misnamed) {
    return {
      kind: 'invalid',
      problems: [{ file, line: 2, column: 1, key: 'x', message: 'unknown key', suggestion: null }],
      defines: name === '' ? null : name,
    };
  }
  return { kind: 'ok', tenant: { tenant: name as TenantName, status: 'active', source: hashBytes(bytes) } as Tenant };
}

const deps = { build: '1', now: Date.now, compileTenant };
const find = (name: string) => findTenant(home.state, name, deps);
const at = (name: string) => join(home.state.paths.tenants, name);
const tenant = (name: string, text: string, mode?: number) => put(at(name), text, mode);

beforeEach(() => {
  home.remove();
  home = temporaryState();
  compiled = [];
});
afterEach(() => home.remove());

describe('finding a tenant', () => {
  test('a tenant is found in the file of its name', async () => {
    tenant('acme.yaml', 'acme\n');
    tenant('beta.yml', 'beta\n');
    expect(await find('acme')).toMatchObject({ kind: 'found', tenant: { tenant: 'acme' }, file: 'tenants/acme.yaml' });
    expect(await find('beta')).toMatchObject({ kind: 'found', file: 'tenants/beta.yml' });
  });

  test.each(['nobody', '', '..', '../state', 'acme.yaml', 'ACME', 'a/b', '__proto__', 'constructor', 'acme\0'])(
    '%j is unknown',
    async (name) => {
      tenant('acme.yaml', 'acme\n');
      expect(await find(name)).toEqual({ kind: 'unknown' });
    },
  );

  test('a warm answer compiles nothing', async () => {
    tenant('acme.yaml', 'acme\n');
    tenant('beta.yaml', 'beta\n');
    await settle();
    await find('acme');
    compiled = [];
    await find('acme');
    await find('beta');
    expect(compiled).toEqual([]);
  });

  test('an invalid file denies its tenant and no other', async () => {
    tenant('acme.yaml', 'acme\nbroken\n');
    tenant('beta.yaml', 'beta\n');
    expect(await find('acme')).toEqual({ kind: 'invalid', detail: 'tenants/acme.yaml:2:1 x: unknown key' });
    expect(await find('beta')).toMatchObject({ kind: 'found' });
  });

  test('a file that is a link, or that others can write, is refused', async () => {
    tenant('real', 'acme\n');
    symlinkSync('real', at('acme.yaml'));
    tenant('beta.yaml', 'beta\n', 0o620);
    expect(await find('acme')).toEqual({ kind: 'invalid', detail: 'tenants/acme.yaml is a symbolic link' });
    expect(await find('beta')).toEqual({ kind: 'invalid', detail: 'tenants/beta.yaml can be written by others' });
    chmodSync(at('beta.yaml'), 0o600);
    expect(await find('beta')).toMatchObject({ kind: 'found' });
  });

  test('a change in place is seen, even one that keeps size and mtime', async () => {
    tenant('acme.yaml', 'acme\nA');
    await settle();
    const before = await find('acme');
    const { atime, mtime } = statSync(at('acme.yaml'));
    writeFileSync(at('acme.yaml'), 'acme\nB');
    utimesSync(at('acme.yaml'), atime, mtime);
    const after = await find('acme');
    expect(before.kind === 'found' && after.kind === 'found' && before.tenant.source !== after.tenant.source).toBe(true);
  });
});

describe('a tenant that two files name', () => {
  test('is invalid, whichever came first', async () => {
    tenant('acme.yaml', 'acme\n');
    await settle();
    expect(await find('acme')).toMatchObject({ kind: 'found' });
    tenant('other.yaml', 'acme\n');
    expect(await find('acme')).toEqual({ kind: 'invalid', detail: 'tenant acme is defined in tenants/acme.yaml and tenants/other.yaml' });
    expect((await find('other')).kind).toBe('invalid');
    unlinkSync(at('other.yaml'));
    expect(await find('acme')).toMatchObject({ kind: 'found' });
  });

  test('is found again once the other file is mended in place', async () => {
    tenant('acme.yaml', 'acme\n');
    tenant('other.yaml', 'acme\n');
    await settle();
    for (let i = 0; i < 2; i++) expect(await find('acme')).toMatchObject({ kind: 'invalid' });
    writeFileSync(at('other.yaml'), 'other\n');
    for (let i = 0; i < 2; i++) expect(await find('acme')).toMatchObject({ kind: 'found' });
    expect(await find('other')).toMatchObject({ kind: 'found' });
    await settle();
    compiled = [];
    expect(await find('acme')).toMatchObject({ kind: 'found' });
    expect(compiled).toEqual([]);
  });

  test('is still its own file’s where the other comes to name it in place, until the directory is looked through', async () => {
    tenant('acme.yaml', 'acme\n');
    tenant('other.yaml', 'other\n');
    await settle();
    await find('acme');
    writeFileSync(at('other.yaml'), 'acme\n');
    expect(await find('acme')).toMatchObject({ kind: 'found', file: 'tenants/acme.yaml' });
    expect(await find('other')).toMatchObject({ kind: 'invalid' });
    expect((await listTenants(home.state, deps)).duplicates).toMatchObject([{ tenant: 'acme' }]);
    expect(await find('acme')).toMatchObject({ kind: 'invalid' });
  });

  test('is invalid with both endings', async () => {
    tenant('acme.yaml', 'acme\n');
    await find('acme');
    tenant('acme.yml', 'acme\n');
    expect(await find('acme')).toMatchObject({ kind: 'invalid' });
  });

  test('is invalid where only a file of another name names it', async () => {
    tenant('other.yaml', 'acme\n');
    expect(await find('acme')).toEqual({ kind: 'invalid', detail: 'tenants/other.yaml defines tenant acme and does not have its name' });
  });

  test('is seen in the same tick as the last check', async () => {
    for (let i = 0; i < 20; i++) {
      tenant('acme.yaml', 'acme\n');
      expect(await find('acme')).toMatchObject({ kind: 'found' });
      tenant('other.yaml', 'acme\n');
      expect(await find('acme')).toMatchObject({ kind: 'invalid' });
      unlinkSync(at('other.yaml'));
    }
  });

  test('is told by listing too, with every file', async () => {
    tenant('acme.yaml', 'acme\n');
    tenant('other.yaml', 'acme\n');
    tenant('beta.yaml', 'beta\n');
    const list = await listTenants(home.state, deps);
    expect(list.tenants.map(({ file, compiled: one }) => [file, one.kind])).toEqual([
      ['tenants/acme.yaml', 'ok'],
      ['tenants/beta.yaml', 'ok'],
      ['tenants/other.yaml', 'invalid'],
    ]);
    expect(list.duplicates).toEqual([{ tenant: 'acme', files: ['tenants/acme.yaml', 'tenants/other.yaml'] }]);
  });
});

describe('what is kept of tenants', () => {
  test('a new name makes only the new file compile', async () => {
    for (let i = 0; i < 10; i++) tenant(`t${i}.yaml`, `t${i}\n`);
    await settle();
    await find('t1');
    compiled = [];
    tenant('new.yaml', 'new\n');
    expect(await find('t1')).toMatchObject({ kind: 'found' });
    expect(compiled).toEqual(['tenants/new.yaml']);
  });

  test('a forged or exchanged file is not believed', async () => {
    tenant('acme.yaml', 'acme\n');
    tenant('beta.yaml', 'beta\n');
    await settle();
    await find('acme');
    const { compiled: folder } = home.state.paths;
    const kept = ['tenants.json', 'tenants-index.json', 'tenants/acme.yaml.json', 'tenants/beta.yaml.json'];
    const good = kept.map((name) => readFileSync(join(folder, name)));
    for (const name of kept) {
      for (const forged of [...good, Buffer.alloc(0), Buffer.from('{}'), Buffer.from(`${'0'.repeat(64)}\n{"kind":"ok"}`)]) {
        kept.forEach((other, i) => writeFileSync(join(folder, other), good[i] ?? ''));
        writeFileSync(join(folder, name), forged);
        expect(await find('acme')).toMatchObject({ kind: 'found', tenant: { tenant: 'acme' } });
        expect(await find('gone')).toEqual({ kind: 'unknown' });
      }
    }
  });

  test('an older compiled tenant put back is not believed', async () => {
    tenant('acme.yaml', 'acme\nA');
    const old = await find('acme');
    const path = join(home.state.paths.compiled, 'tenants/acme.yaml.json');
    const bytes = readFileSync(path);
    tenant('acme.yaml', 'acme\nB');
    await find('acme');
    writeFileSync(path, bytes);
    const now = await find('acme');
    expect(old.kind === 'found' && now.kind === 'found' && old.tenant.source !== now.tenant.source).toBe(true);
  });

  test('where nothing can be kept, runs answer all the same', async () => {
    tenant('acme.yaml', 'acme\n');
    rmSync(home.state.paths.compiled, { recursive: true });
    writeFileSync(home.state.paths.compiled, 'in the way');
    for (let i = 0; i < 2; i++) expect(await find('acme')).toMatchObject({ kind: 'found' });
  });

  test('a directory that is gone is invalid, not unknown', async () => {
    renameSync(home.state.paths.tenants, `${home.state.paths.tenants}-gone`);
    expect(await find('acme')).toMatchObject({ kind: 'invalid', detail: 'tenants cannot be read (ENOENT)' });
  });
});
