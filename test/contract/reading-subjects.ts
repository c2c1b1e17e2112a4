import { mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend, OpenSetting, WritableBackend } from '../../src/credential/backend.js';
import { openEmbedded } from '../../src/credential/embedded/embedded-backend.js';
import { makeStore } from '../../src/credential/embedded/make-store.js';
import { tokenReference } from '../../src/credential/read-token.js';
import { loadKind } from '../../src/credential/registry.js';
import type { KindName } from '../../src/credential/registry.js';
import { isDenial } from '../../src/denial/denial.js';
import type { Tool } from '../../src/model/action.js';
import { vetTool } from '../../src/service/vet-tool.js';
import { askOf, makeSetting, openingOf } from '../credential/make-setting.js';
import type { MadeSetting } from '../credential/make-setting.js';
import { serveConnect } from '../fixtures/backends/connect.js';
import { serveDoppler } from '../fixtures/backends/doppler.js';
import { serveInfisical } from '../fixtures/backends/infisical.js';
import { makeProgram } from '../fixtures/backends/programs.js';
import type { ProgramMood } from '../fixtures/backends/programs.js';
import { RETRY_AFTER_S } from '../fixtures/backends/serve-api.js';
import type { Api, ApiMood } from '../fixtures/backends/serve-api.js';
import { serveVault } from '../fixtures/backends/vault.js';
import type { Expected, ReadingSubject, Trouble, Troubles } from './reading-subject.js';

export type SubjectMaker = { readonly troubles: Troubles; readonly open: () => Promise<ReadingSubject> };

const TOKEN = 'bootstrap-5d1c8e77aa02';

/** Each kind of the registry in front of its stand-in, by the way it is reached; a new kind without a line does not compile. */
export const READING_SUBJECTS: Readonly<Record<KindName, Readonly<Record<string, SubjectMaker>>>> = {
  embedded: {},
  keychain: {},
  '1password': {
    'through op': { troubles: programTroubles({ busy: 3_540_000 }), open: () => openProgram('1password', 'op') },
    'through Connect': {
      troubles: apiTroubles(),
      open: () =>
        openApi('1password', {
          serve: (values) => serveConnect(TOKEN, values),
          options: (base) => ({ op: '/none', account: null, connect: base, token: 'embedded', networks: [], ca: null }),
          place: (name) => ({ ref: `op://Acme/Store/Keys/${name}`, key: `Acme/Store/Keys/${name}` }),
          names: ['key', 'key two', 'schlüssel', '鍵', 'a.b_c-d'],
          tells: 1,
        }),
    },
  },
  infisical: {
    'with universal auth': {
      troubles: apiTroubles(),
      open: () => {
        const minted = { tokens: (): readonly string[] => [] };
        return openApi('infisical', {
          serve: async (values) => {
            const api = await serveInfisical({ clientId: 'client-1', clientSecret: TOKEN }, values);
            minted.tokens = () => api.tokens;
            return api;
          },
          options: (base) => ({
            base,
            clientId: 'client-1',
            project: null,
            environment: null,
            api: 'v4',
            token: 'embedded',
            networks: [],
            ca: null,
          }),
          place: (name) => ({ ref: `p-1/prod/folder/${name}`, key: `p-1/prod/folder/${name}` }),
          names: ['KEY', 'key', 'KEY_2', 'SCHLÜSSEL', '鍵', 'a b', 'a%2Fb', 'a?b#c'],
          minted: () => minted.tokens(),
          tells: 2,
        });
      },
    },
  },
  doppler: {
    'with a service token': {
      troubles: apiTroubles(),
      open: () =>
        openApi('doppler', {
          serve: (values) => serveDoppler(TOKEN, values),
          options: (base) => ({ base, project: null, config: null, token: 'embedded', networks: [], ca: null }),
          place: (name) => ({ ref: `acme/prd/${name}`, key: `acme/prd/${name}` }),
          names: ['KEY', 'key', 'KEY_2', 'SCHLÜSSEL', '鍵', 'a&name=b'],
          tells: 1,
        }),
    },
  },
  vault: {
    'with a token': { troubles: vaultTroubles(), open: () => openVault(null) },
    'with AppRole': { troubles: vaultTroubles(), open: () => openVault('role-1') },
  },
  env: {
    'with variables': {
      troubles: allTroubles('a variable has no such trouble'),
      open: () => {
        const variables = new Map<string, string>();
        let reads = 0;
        return openLocal(
          'env',
          {},
          {
            opening: {
              takeVariable: (name) => {
                reads++;
                return variables.get(name) ?? null;
              },
            },
            place: (name, value) => {
              const ref = name.replaceAll('-', '_');
              variables.set(ref, Buffer.from(value).toString());
              return ref;
            },
            missing: 'NOT_SET',
            names: ['KEY', 'key', 'KEY_2', '_KEY'],
            carries: 'variable',
            reads: () => reads,
          },
        );
      },
    },
  },
  file: {
    'with mounted files': {
      troubles: {
        ...allTroubles('a file has no such trouble'),
        large: { kind: 'damaged' },
        wrong: { kind: 'damaged' },
        failing: { kind: 'damaged' },
      },
      open: async () => {
        const made = makeSetting();
        const folder = join(made.root, 'mount');
        mkdirSync(folder, { mode: 0o700 });
        const path = (name: string): string => join(folder, name);
        return openLocal(
          'file',
          { mounts: [] },
          {
            made,
            place: (name, value) => {
              rmSync(path(name), { recursive: true, force: true });
              writeFileSync(path(name), value, { mode: 0o600 });
              return path(name);
            },
            set: (trouble) => {
              if (trouble === 'large') writeFileSync(path('troubled'), Buffer.alloc(10 * 1024 * 1024));
              // Somebody has put another's file there, or a folder.
              if (trouble === 'wrong' || trouble === 'failing') unlinkSync(path('troubled'));
              if (trouble === 'wrong') writeFileSync(path('troubled'), 'open to all', { mode: 0o644 });
              if (trouble === 'failing') mkdirSync(path('troubled'));
            },
            missing: path('nothing'),
            names: ['key', 'KEY', 'key two', 'schlüssel', '鍵', 'a%41'],
            carries: 'bytes',
          },
        );
      },
    },
  },
  exec: { 'with a program': { troubles: programTroubles({ busy: null }), open: () => openProgram('exec', 'store') } },
};

function allTroubles(reason: string): Record<Trouble, string> {
  return {
    locked: reason,
    refused: reason,
    down: reason,
    slow: reason,
    busy: reason,
    failing: reason,
    garbage: reason,
    large: reason,
    wrong: reason,
    leaky: reason,
  };
}

function apiTroubles(): Record<Trouble, Expected | string> {
  return {
    locked: { kind: 'locked' },
    refused: { kind: 'locked' },
    down: { kind: 'unavailable' },
    slow: { kind: 'unavailable' },
    busy: { kind: 'unavailable', retryAfterMs: RETRY_AFTER_S * 1000 },
    failing: { kind: 'unavailable' },
    garbage: { kind: 'unavailable' },
    large: { kind: 'damaged' },
    wrong: { kind: 'damaged' },
    leaky: 'an API has no standard error',
  };
}

/** Vault's answer names no item: what can be told is that the field is not there. */
function vaultTroubles(): Record<Trouble, Expected | string> {
  return { ...apiTroubles(), wrong: 'its answer does not say which secret it is' };
}

function programTroubles({ busy }: { busy: number | null }): Record<Trouble, Expected | string> {
  return {
    locked: { kind: 'locked' },
    refused: { kind: 'locked' },
    down: busy === null ? 'a program of one’s own has no such word' : { kind: 'unavailable' },
    slow: { kind: 'unavailable' },
    busy: busy === null ? 'a program of one’s own has no such word' : { kind: 'unavailable', retryAfterMs: busy },
    failing: { kind: 'unavailable' },
    garbage: 'whatever it prints is a value',
    large: { kind: 'damaged' },
    wrong: 'its answer does not say which secret it is',
    leaky: { kind: 'unavailable' },
  };
}

type Local = {
  readonly made?: MadeSetting;
  readonly opening?: Partial<OpenSetting>;
  readonly place: ReadingSubject['place'];
  readonly set?: ReadingSubject['set'];
  readonly missing: string;
  readonly names: readonly string[];
  readonly carries: ReadingSubject['carries'];
  readonly reads?: () => number;
};

/** A kind that asks nobody: what it reads is counted where it can be. */
async function openLocal(kind: KindName, options: unknown, local: Local): Promise<ReadingSubject> {
  const made = local.made ?? makeSetting();
  let asked = 0;
  const backend = (await loadKind(kind)).open(openingOf(made.setting, { name: kind, ...local.opening }), options);
  const counted: Backend = {
    name: backend.name,
    get: (ref, ask) => {
      if (!ask.signal.aborted && ref.length > 4) asked++;
      return backend.get(ref, ask);
    },
    probe: (signal) => backend.probe(signal),
  };
  return {
    backend: counted,
    place: local.place,
    missing: local.missing,
    names: local.names,
    carries: local.carries,
    set: local.set ?? (() => undefined),
    reads: local.reads ?? (() => asked),
    asked: local.reads ?? (() => asked),
    secrets: () => [],
    tells: 0,
    remove: () => made.remove(),
  };
}

type RemoteKind = {
  readonly serve: (values: Map<string, string>) => Promise<Api>;
  readonly options: (base: string) => unknown;
  readonly place: (name: string) => { readonly ref: string; readonly key: string };
  readonly names: readonly string[];
  readonly minted?: () => readonly string[];
  /** The stored token, and what is minted with it. */
  readonly tells: 1 | 2;
};

/** A kind that is reached over HTTP; its token rests in the embedded store. */
async function openApi(kind: KindName, remote: RemoteKind): Promise<ReadingSubject> {
  const made = makeSetting();
  const values = new Map<string, string>();
  const api = await remote.serve(values);
  await storeToken(made, kind);
  const backend = (await loadKind(kind)).open(openingOf(made.setting, { name: kind }), remote.options(api.url));
  // A vault, project or mount is there before anything in it.
  values.set(remote.place('there').key, 'a value of no use');
  return {
    backend,
    place: (name, value) => {
      const { ref, key } = remote.place(name);
      values.set(key, Buffer.from(value).toString());
      return ref;
    },
    missing: remote.place('nothing').ref,
    names: remote.names,
    carries: 'text',
    set: (trouble) => void (api.mood = (trouble ?? 'ready') as ApiMood),
    reads: () => api.reads,
    asked: () => api.requests.length,
    secrets: () => [TOKEN, ...(remote.minted?.() ?? [])],
    tells: remote.tells,
    remove: async () => {
      await api.close();
      made.remove();
    },
  };
}

function openVault(roleId: string | null): Promise<ReadingSubject> {
  const minted = { tokens: (): readonly string[] => [] };
  return openApi('vault', {
    serve: async (values) => {
      const api = await serveVault({ token: roleId === null ? TOKEN : 'hvs.root', roleId: roleId ?? '', secretId: TOKEN }, values);
      minted.tokens = () => api.tokens;
      return api;
    },
    options: (address) => ({
      address,
      namespace: null,
      mount: null,
      roleId,
      appRolePath: 'approle',
      token: 'embedded',
      networks: [],
      ca: null,
    }),
    place: (name) => ({ ref: `secret/acme/${name}#value`, key: `secret/acme/${name}#value` }),
    names: ['key', 'KEY', 'key two', 'schlüssel', '鍵', 'a%2fb', 'a?b'],
    minted: () => minted.tokens(),
    tells: roleId === null ? 1 : 2,
  });
}

async function storeToken(made: MadeSetting, kind: string): Promise<void> {
  await makeStore(made.setting, 'file', askOf().signal);
  const store: WritableBackend = openEmbedded(made.setting);
  await store.put(tokenReference(kind), Buffer.from(TOKEN), askOf('@backends'));
}

/** A kind that runs a program, here a stand-in that counts its starts. */
async function openProgram(kind: '1password' | 'exec', program: 'op' | 'store'): Promise<ReadingSubject> {
  const made = makeSetting();
  const standIn = makeProgram(made.root, TOKEN, program);
  await storeToken(made, kind);
  const options =
    kind === '1password'
      ? { op: standIn.path, account: null, connect: null, token: 'embedded', networks: [], ca: null }
      : {
          argv: [standIn.path, 'get', '{ref}'],
          env: {},
          tokenVariable: 'STORE_SESSION',
          token: 'embedded',
          absent: ['Not found'],
          locked: ['is locked'],
          timeoutMs: 15_000,
        };
  const backend = (await loadKind(kind)).open(openingOf(made.setting, { name: kind, tool: toolOf(standIn.path) }), options);
  const ref = (name: string): string => (kind === '1password' ? `op://Acme/Store/${name}` : `acme/${name}`);
  let wrongToken = false;
  return {
    backend,
    place: (name, value) => {
      standIn.put(ref(name), value);
      return ref(name);
    },
    missing: ref('nothing'),
    names: kind === '1password' ? ['key', 'key two', 'schlüssel', '鍵'] : ['key', 'KEY', '$(id)', '; id', '"a" b', 'schlüssel', '鍵', '*'],
    carries: 'bytes',
    set: (trouble) => {
      if (trouble === 'refused' || wrongToken)
        writeFileSync(join(made.root, `${program}-store/token`), trouble === 'refused' ? 'another' : TOKEN);
      wrongToken = trouble === 'refused';
      standIn.set(trouble === null || trouble === 'refused' ? 'ready' : (trouble as ProgramMood));
    },
    reads: () => standIn.calls().filter((line) => /^(?:read|get) /.test(line)).length,
    asked: () => standIn.calls().length,
    secrets: () => [TOKEN],
    tells: 1,
    remove: () => made.remove(),
  };
}

/** A program as the operator vetted it; it lies where others than root could change it, so it runs as a private copy. */
export function toolOf(path: string): Tool {
  const vetted = vetTool(path, { uid: process.getuid?.() ?? 0, toolDirs: [], service: 'test' });
  if (isDenial(vetted)) throw new Error(JSON.stringify(vetted));
  return { ...vetted.pin, system: false };
}
