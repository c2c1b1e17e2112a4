import { describe, expect, it } from 'vitest';
import { isWritable } from '../../src/credential/backend.js';
import { makeStore } from '../../src/credential/embedded/make-store.js';
import { MemoryBackend } from '../../src/credential/memory/memory-backend.js';
import { KIND_NAMES, OWN_KINDS, loadKind } from '../../src/credential/registry.js';
import { buildHelper, startSecretService, whyNoSecretService } from '../credential/keychain/secret-service.js';
import { askOf, makeSetting, openingOf } from '../credential/make-setting.js';
import type { MadeSetting } from '../credential/make-setting.js';
import { holdToContract } from './backend-contract.js';
import type { Subject } from './backend-contract.js';
import { holdToReadingContract } from './reading-contract.js';
import { READING_SUBJECTS } from './reading-subjects.js';
import { makeHome } from '../helpers/temporary-home.js';

/** How each kind that outloop may fill is made ready; a new one without a line here does not compile. */
const SUBJECTS: Readonly<Record<(typeof OWN_KINDS)[number], { readonly skip: string | null; readonly open: () => Promise<Subject> }>> = {
  embedded: {
    skip: null,
    open: async () => {
      const made = makeSetting();
      expect(await makeStore(made.setting, 'file', askOf().signal)).toEqual({ kind: 'made', key: 'file' });
      return openSubject('embedded', made, () => undefined);
    },
  },
  keychain: {
    skip: whyNoSecretService(),
    open: async () => {
      const { home: directory, remove } = makeHome();
      const [helper, service] = await Promise.all([buildHelper(directory), startSecretService()]);
      return openSubject('keychain', makeSetting({ env: service.env, helper }), () => {
        service.stop();
        remove();
      });
    },
  },
};

async function openSubject(name: (typeof OWN_KINDS)[number], made: MadeSetting, close: () => void): Promise<Subject> {
  const kind = await loadKind(name);
  const backend = kind.open(openingOf(made.setting, { name }), kind.defaults);
  if (!isWritable(backend)) throw new Error('not writable');
  return {
    backend,
    remove: () => {
      close();
      made.remove();
    },
  };
}

for (const name of OWN_KINDS) {
  const { skip, open } = SUBJECTS[name];
  if (skip === null) describe(`the ${name} backend`, () => holdToContract(open));
  else it.skip(`the ${name} backend keeps the contract (${skip})`, () => undefined);
}

for (const name of KIND_NAMES) {
  const ways = Object.entries(READING_SUBJECTS[name]);
  it(`the ${name} backend is held to a contract`, () => {
    expect(ways.length > 0 || OWN_KINDS.some((own) => own === name)).toBe(true);
  });
  for (const [way, { troubles, open }] of ways) describe(`the ${name} backend, ${way}`, () => holdToReadingContract(name, troubles, open));
}

describe('the memory backend', () => holdToContract(() => Promise.resolve({ backend: new MemoryBackend(), remove: () => undefined })));
