import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BackendSetting } from '../../../src/credential/backend.js';
import { openEmbedded } from '../../../src/credential/embedded/embedded-backend.js';
import { makeStore } from '../../../src/credential/embedded/make-store.js';
import { rotateKey } from '../../../src/credential/embedded/rotate-key.js';
import { askOf, makeSetting } from '../make-setting.js';
import type { MadeSetting } from '../make-setting.js';

const REFS = ['acme/a', 'acme/b', 'rival/a', 'rival/c'] as const;
const { signal } = askOf();
let made: MadeSetting;
let vault: string;

beforeEach(async () => {
  made = makeSetting();
  vault = made.setting.state.paths.vault;
  await makeStore(made.setting, 'file', signal);
  for (const ref of REFS) await openEmbedded(made.setting).put(ref, Buffer.from(`value of ${ref}`), askOf(tenantOf(ref)));
});
afterEach(() => made.remove());

const tenantOf = (ref: string): string => ref.slice(0, ref.indexOf('/'));
const keys = (): string[] => readdirSync(vault).filter((name) => name.startsWith('key.'));

async function expectReadable(setting: BackendSetting): Promise<void> {
  for (const ref of REFS) {
    const answer = await openEmbedded(setting).get(ref, askOf(tenantOf(ref)));
    expect(answer.kind === 'value' ? Buffer.from(answer.bytes).toString() : answer, ref).toBe(`value of ${ref}`);
  }
}

it('every entry is sealed anew, and the old key is gone', async () => {
  const before = keys();
  const sealed = REFS.map((ref) => readFileSync(join(vault, `${ref}.secret`)));
  expect(await rotateKey(made.setting, null, signal)).toEqual({ kind: 'done', key: 'file', entries: 4, resumed: false, oldKeyLeft: false });
  await expectReadable(made.setting);
  expect(keys()).toHaveLength(1);
  expect(keys()).not.toEqual(before);
  REFS.forEach((ref, index) =>
    expect(readFileSync(join(vault, `${ref}.secret`)).subarray(9, 17)).not.toEqual(sealed[index]?.subarray(9, 17)),
  );
  writeFileSync(join(vault, 'acme/a.secret'), sealed[0] ?? '');
  expect((await openEmbedded(made.setting).get('acme/a', askOf())).kind).toBe('damaged');
});

it('a process that ends at any point leaves every entry readable, and the next one finishes', async () => {
  const snapshots: string[] = [];
  const watching = {
    ...made.setting,
    // Each key and each nonce is asked for just before something is written.
    random: (count: number) => {
      snapshots.push(join(made.root, `snapshot-${snapshots.length}`));
      cpSync(vault, snapshots.at(-1) ?? '', { recursive: true });
      return made.setting.random(count);
    },
  };
  const old = keys()[0] ?? '';
  const oldKey = readFileSync(join(vault, old));
  const oldStore = readFileSync(join(vault, 'store.json'), 'utf8');
  await rotateKey(watching, null, signal);
  expect(snapshots).toHaveLength(5);

  // All entries sealed, the store not yet written.
  const late = join(made.root, 'snapshot-late');
  cpSync(vault, late, { recursive: true });
  writeFileSync(join(late, old), oldKey, { mode: 0o600 });
  const next = { key: 'file', keyId: keys()[0]?.slice(4) };
  writeFileSync(join(late, 'store.json'), JSON.stringify({ ...JSON.parse(oldStore), next }));
  // The new key written, not yet named: a key that nobody needs.
  const early = join(made.root, 'snapshot-early');
  cpSync(snapshots[0] ?? '', early, { recursive: true });
  writeFileSync(join(early, 'key.0123456789abcdef'), 'x', { mode: 0o600 });

  for (const snapshot of [...snapshots, late, early]) {
    rmSync(vault, { recursive: true });
    cpSync(snapshot, vault, { recursive: true });
    await expectReadable(made.setting);
    expect(await openEmbedded(made.setting).put('acme/a', Buffer.from('value of acme/a'), askOf())).toEqual({ kind: 'done' });
    expect(await rotateKey(made.setting, null, signal)).toMatchObject({ kind: 'done', oldKeyLeft: false });
    await expectReadable(made.setting);
    expect(keys()).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(vault, 'store.json'), 'utf8'))).toMatchObject({ keyId: keys()[0]?.slice(4), next: null });
  }
});

it('a change that is broken off by an error is finished by the next', async () => {
  let calls = 0;
  const failing = {
    ...made.setting,
    random: (count: number) => {
      if (++calls === 4) throw new Error('no more randomness');
      return made.setting.random(count);
    },
  };
  expect(await rotateKey(failing, null, signal)).toMatchObject({ kind: 'unavailable' });
  await expectReadable(made.setting);
  expect(await openEmbedded(made.setting).probe(signal)).toMatchObject({ kind: 'ready', detail: expect.stringContaining('not finished') });
  expect(await rotateKey(made.setting, null, signal)).toMatchObject({ kind: 'done', entries: 2, resumed: true });
  await expectReadable(made.setting);
});

it('an entry that does not open stops the change by name, and the others stay readable', async () => {
  writeFileSync(join(vault, 'acme/b.secret'), readFileSync(join(vault, 'rival/a.secret')));
  expect(await rotateKey(made.setting, null, signal)).toEqual({ kind: 'damaged', ref: 'acme/b', detail: 'its entry was changed or moved' });
  expect((await openEmbedded(made.setting).get('acme/a', askOf())).kind).toBe('value');
  expect((await openEmbedded(made.setting).get('rival/c', askOf('rival'))).kind).toBe('value');
  await openEmbedded(made.setting).remove('acme/b', askOf());
  expect(await rotateKey(made.setting, null, signal)).toMatchObject({ kind: 'done', resumed: true });
});

it('readers meet no gap while the key is changed', async () => {
  let done = false;
  const reader = (async () => {
    let reads = 0;
    while (!done) {
      await expectReadable(made.setting);
      reads += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return reads;
  })();
  for (let turn = 0; turn < 3; turn++) expect(await rotateKey(made.setting, null, signal)).toMatchObject({ kind: 'done' });
  done = true;
  expect(await reader).toBeGreaterThan(0);
});

it('without a keychain the key cannot be moved there, and nothing changes', async () => {
  const before = readFileSync(join(vault, 'store.json'), 'utf8');
  expect(await rotateKey(made.setting, 'keychain', signal)).toMatchObject({ kind: 'unavailable' });
  expect(readFileSync(join(vault, 'store.json'), 'utf8')).toBe(before);
  await expectReadable(made.setting);
});

it('a lost key or store is told, not replaced', async () => {
  rmSync(join(vault, keys()[0] ?? ''));
  expect(await rotateKey(made.setting, null, signal)).toMatchObject({ kind: 'damaged', ref: null });
  rmSync(join(vault, 'store.json'));
  expect(await rotateKey(made.setting, null, signal)).toMatchObject({ kind: 'damaged', ref: null });
});
