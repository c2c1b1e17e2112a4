import { readdirSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openEmbedded } from '../../../src/credential/embedded/embedded-backend.js';
import { makeStore } from '../../../src/credential/embedded/make-store.js';
import { rotateKey } from '../../../src/credential/embedded/rotate-key.js';
import { openKeychain } from '../../../src/credential/keychain/keychain-backend.js';
import { askOf, makeSetting } from '../make-setting.js';
import type { MadeSetting } from '../make-setting.js';
import { buildHelper, startSecretService, whyNoSecretService } from './secret-service.js';
import type { SecretService } from './secret-service.js';
import { makeHome } from '../../helpers/temporary-home.js';

const skip = whyNoSecretService();
const SERVICE = 'outloop:st_01JD3Y0000000000000000000A';
const { signal } = askOf();

describe.skipIf(skip !== null)(`with a Secret Service${skip === null ? '' : ` (${skip})`}`, () => {
  let helper: string;
  let service: SecretService;
  let made: MadeSetting;
  beforeAll(async () => {
    const { home, remove } = makeHome();
    helper = await buildHelper(home);
    return remove;
  });
  beforeEach(async () => {
    service = await startSecretService();
    made = makeSetting({ env: service.env, helper });
  });
  afterEach(() => {
    made.remove();
    service.stop();
  });
  const vaultKeys = (): string[] => service.tool(['search', '--all', 'service', `${SERVICE}:vault`]).match(/^label = /gm) ?? [];

  it('a plain value is an item that other programs read and write', async () => {
    const backend = openKeychain(made.setting);
    await backend.put('acme/ours', Buffer.from('plain-value-1'), askOf());
    expect(service.tool(['lookup', 'service', SERVICE, 'username', 'acme/ours'])).toBe('plain-value-1');
    service.tool(['store', '--label=theirs', 'service', SERVICE, 'username', 'acme/theirs'], 'line one\nline two');
    expect(await backend.get('acme/theirs', askOf())).toEqual({ kind: 'value', bytes: Uint8Array.from(Buffer.from('line one\nline two')) });
  });

  it('another state does not reach this one’s items', async () => {
    await openKeychain(made.setting).put('acme/bot', Buffer.from('of the first state'), askOf());
    const other = makeSetting({ env: service.env, helper, id: '01JD3Y0000000000000000000B' });
    expect(await openKeychain(other.setting).get('acme/bot', askOf())).toEqual({ kind: 'absent' });
    expect(await openKeychain(other.setting).list(askOf())).toEqual({ kind: 'refs', refs: [] });
    other.remove();
  });

  it('a locked keychain says so, to readers and to writers', async () => {
    const backend = openKeychain(made.setting);
    await backend.put('acme/bot', Buffer.from('behind the lock'), askOf());
    service.lock();
    expect(await backend.get('acme/bot', askOf())).toEqual({ kind: 'locked' });
    expect(await backend.put('acme/bot', Buffer.from('another value'), askOf())).toEqual({ kind: 'locked' });
    expect(await backend.list(askOf())).toEqual({ kind: 'locked' });
    expect(await backend.probe(signal)).toEqual({ kind: 'locked', detail: 'the OS keychain is locked' });
    expect(await backend.get('acme/bot', askOf())).toEqual({ kind: 'locked' });
  });

  it('the vault’s key prefers the keychain, leaves no file, and is locked with it', async () => {
    expect(await makeStore(made.setting, 'auto', signal)).toEqual({ kind: 'made', key: 'keychain' });
    const backend = openEmbedded(made.setting);
    expect(await backend.put('acme/bot', Buffer.from('in the vault'), askOf())).toEqual({ kind: 'done' });
    expect(await backend.get('acme/bot', askOf())).toEqual({ kind: 'value', bytes: Buffer.from('in the vault') });
    expect(readdirSync(made.setting.state.paths.vault).sort()).toEqual(['acme', 'store.json']);
    expect(vaultKeys()).toHaveLength(1);
    expect(await backend.probe(signal)).toEqual({ kind: 'ready', detail: 'its key rests in the OS keychain' });
    service.lock();
    expect(await backend.get('acme/bot', askOf())).toEqual({ kind: 'locked' });
    expect(await rotateKey(made.setting, 'file', signal)).toEqual({ kind: 'locked' });
  });

  it('a change of keys moves the key between the keychain and a file, and leaves one', async () => {
    await makeStore(made.setting, 'file', signal);
    const backend = openEmbedded(made.setting);
    await backend.put('acme/bot', Buffer.from('in the vault'), askOf());
    for (const place of ['keychain', 'keychain', 'file'] as const) {
      expect(await rotateKey(made.setting, place, signal)).toEqual({
        kind: 'done',
        key: place,
        entries: 1,
        resumed: false,
        oldKeyLeft: false,
      });
      expect(await backend.get('acme/bot', askOf())).toEqual({ kind: 'value', bytes: Buffer.from('in the vault') });
      const files = readdirSync(made.setting.state.paths.vault).filter((name) => name.startsWith('key.'));
      expect([files.length, vaultKeys().length]).toEqual(place === 'file' ? [1, 0] : [0, 1]);
    }
  });
});
