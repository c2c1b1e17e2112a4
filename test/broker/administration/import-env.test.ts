import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { performImport, planImport } from '../../../src/broker/administration/import-env.js';
import type { ImportWish } from '../../../src/broker/administration/import-plan.js';
import type { PutAnswer, RemoveAnswer, WritableBackend } from '../../../src/credential/backend.js';
import { MemoryBackend } from '../../../src/credential/memory/memory-backend.js';
import { isDenial } from '../../../src/denial/denial.js';
import { parseName, type TenantName } from '../../../src/model/ids.js';
import { isRefusal } from '../../../src/model/refusal.js';
import type { Caller } from '../../../src/model/run.js';
import { makeHome, type MadeHome } from '../../journeys/made-home.js';
import { worldOver } from '../world-over.js';

const TEXT = 'GITHUB_TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345\nDB_PASSWORD=correct-horse-battery\nPORT=3000\n';
const CALLER: Caller = {
  env: {},
  execArgv: [],
  terminal: { stdin: false, stdout: false, stderr: false },
  link: { cwd: null, file: { kind: 'none' } },
  session: null,
  user: 'ada',
};

let made: MadeHome;
let file: string;
let tenantFile: string;
let original: string;

beforeAll(async () => {
  made = await makeHome();
  file = join(made.home, '.env');
  tenantFile = join(made.state, 'tenants/acme.yaml');
  original = readFileSync(tenantFile, 'utf8');
});

afterAll(() => made?.remove());

beforeEach(() => {
  writeFileSync(file, TEXT, { mode: 0o600 });
  writeFileSync(tenantFile, original);
});

/** A memory backend whose nth put, and every remove, does what it is told. */
class Unsteady extends MemoryBackend implements WritableBackend {
  puts = 0;

  constructor(
    private readonly onPut: (n: number) => PutAnswer | null,
    private readonly onRemove: RemoveAnswer | null = null,
  ) {
    super();
  }

  override put(...args: Parameters<MemoryBackend['put']>): Promise<PutAnswer> {
    const answer = this.onPut(++this.puts);
    return answer === null ? super.put(...args) : Promise.resolve(answer);
  }

  override remove(...args: Parameters<MemoryBackend['remove']>): Promise<RemoveAnswer> {
    return this.onRemove === null ? super.remove(...args) : Promise.resolve(this.onRemove);
  }
}

async function importWith(backend: MemoryBackend, more: Partial<ImportWish> = {}): Promise<string> {
  const world = worldOver(made.state, backend);
  const wish: ImportWish = {
    file,
    tenant: parseName<TenantName>('acme')!,
    backend: 'embedded',
    only: [],
    skip: [],
    names: {},
    grants: true,
    replace: true,
    backup: false,
    ...more,
  };
  const plan = await planImport(world, CALLER, wish);
  if (isRefusal(plan)) return plan.message;
  if (isDenial(plan)) return plan.code;
  const done = await performImport(world, CALLER, wish, plan);
  return isRefusal(done) ? done.message : isDenial(done) ? done.code : done.file;
}

const refsIn = async (backend: MemoryBackend) => {
  const listed = await backend.list({ tenant: 'acme', signal: new AbortController().signal });
  return listed.kind === 'refs' ? listed.refs : [];
};

it('puts everything, and then takes the values out of the file', async () => {
  const backend = new Unsteady(() => null);
  expect(await importWith(backend)).toBe('replaced');
  expect(await refsIn(backend)).toEqual(['acme/db-password', 'acme/github-token']);
  expect(readFileSync(file, 'utf8')).toBe('GITHUB_TOKEN=\nDB_PASSWORD=\nPORT=3000\n');
});

it('a backend that fails midway leaves nothing behind, and the file as it was', async () => {
  const backend = new Unsteady((n) => (n === 2 ? { kind: 'locked' } : null));
  const said = await importWith(backend);
  expect(said).toContain('did not take acme/db-password: it is locked');
  expect(said).toContain('what had been put was taken back');
  expect(await refsIn(backend)).toEqual([]);
  expect(readFileSync(file, 'utf8')).toBe(TEXT);
  expect(readFileSync(tenantFile, 'utf8')).toBe(original);
});

it('what cannot be taken back is named', async () => {
  const backend = new Unsteady((n) => (n === 2 ? { kind: 'locked' } : null), { kind: 'locked' });
  expect(await importWith(backend)).toContain('left in the memory backend: acme/github-token');
  expect(readFileSync(tenantFile, 'utf8')).toBe(original);
});

it('a tenant’s file that would not be valid is found out before anything is put', async () => {
  writeFileSync(tenantFile, original.replace('grants: []', 'grants: [{ id: github-read, permit: [demo.a], projects: [BAD NAME] }]'));
  const backend = new Unsteady(() => null);
  expect(await importWith(backend)).toMatch(/CONFIG_INVALID/);
  expect(backend.puts).toBe(0);
});

it('a file that changes meanwhile is not overwritten, and what was done is said', async () => {
  const backend = new Unsteady(() => {
    appendFileSync(file, 'NEW=line\n');
    return null;
  });
  const said = await importWith(backend);
  expect(said).toContain('2 credentials and 1 grant are in place');
  expect(said).toContain('was changed in the meantime');
  expect(readFileSync(file, 'utf8')).toContain('NEW=line');
  expect(readFileSync(file, 'utf8')).toContain('ghp_');
  expect(readFileSync(tenantFile, 'utf8')).toContain('github-token');
});

it('a second import finds what is there, and completes what is missing', async () => {
  const backend = new Unsteady(() => null);
  expect(await importWith(backend, { replace: false, only: ['GITHUB_TOKEN'] })).toBe('kept');
  expect(backend.puts).toBe(1);
  expect(await importWith(backend)).toBe('replaced');
  expect(backend.puts).toBe(2);
  expect(await refsIn(backend)).toEqual(['acme/db-password', 'acme/github-token']);
});

it('a credential of that name with another value is never overwritten', async () => {
  const backend = new Unsteady(() => null);
  await importWith(backend, { replace: false });
  writeFileSync(file, TEXT.replace('correct-horse', 'another-horse'));
  expect(await importWith(backend)).toContain('credential acme/db-password is there already, with another value');
  expect(readFileSync(file, 'utf8')).toContain('another-horse');
});

it('is on record with the names of keys, and without a value', async () => {
  await importWith(new Unsteady(() => null));
  const log = readdirSync(join(made.state, 'audit')).filter((name) => name.endsWith('.jsonl'));
  const text = log.map((name) => readFileSync(join(made.state, 'audit', name), 'utf8')).join('');
  const record = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .findLast((one) => one.action === 'import env');
  expect(record).toMatchObject({ type: 'admin', tenant: 'acme', detail: { keys: 'GITHUB_TOKEN DB_PASSWORD', backend: 'embedded' } });
  expect(text).not.toContain('correct-horse');
  expect(text).toContain('"code":"FAILED"');
});
