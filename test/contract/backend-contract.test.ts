import { describe, expect, it } from 'vitest';
import { isWritable } from '../../src/credential/backend.js';
import { makeStore } from '../../src/credential/embedded/make-store.js';
import { MemoryBackend } from '../../src/credential/memory/memory-backend.js';
import { BACKEND_NAMES, openBackend } from '../../src/credential/registry.js';
import type { BackendName } from '../../src/credential/registry.js';
import { buildHelper, startSecretService, whyNoSecretService } from '../credential/keychain/secret-service.js';
import { askOf, makeSetting } from '../credential/make-setting.js';
import type { MadeSetting } from '../credential/make-setting.js';
import { holdToContract } from './backend-contract.js';
import type { Subject } from './backend-contract.js';
import { makeHome } from '../helpers/temporary-home.js';

/** How each backend of the registry is made ready; a new one without a line here does not compile. */
const SUBJECTS: Readonly<Record<BackendName, { readonly skip: string | null; readonly open: () => Promise<Subject> }>> = {
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

async function openSubject(name: BackendName, made: MadeSetting, close: () => void): Promise<Subject> {
  const backend = await openBackend(name, made.setting);
  if (!isWritable(backend)) throw new Error('not writable');
  return {
    backend,
    remove: () => {
      close();
      made.remove();
    },
  };
}

for (const name of BACKEND_NAMES) {
  const { skip, open } = SUBJECTS[name];
  if (skip === null) describe(`the ${name} backend`, () => holdToContract(open));
  else it.skip(`the ${name} backend keeps the contract (${skip})`, () => undefined);
}

describe('the memory backend', () => holdToContract(() => Promise.resolve({ backend: new MemoryBackend(), remove: () => undefined })));
