import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isatty } from 'node:tty';
import type { FoundBackend, World } from './broker/world.js';
import type { Backend, BackendSetting } from './credential/backend.js';
import { deny } from './denial/denial.js';
import { checkRuntime } from './guard/check-runtime.js';
import { gatherFolder, gatherLink } from './link/gather-link.js';
import { VAULT_KEY_VARIABLE } from './model/ci.js';
import type { FolderEvidence } from './model/link.js';
import type { Caller } from './model/run.js';
import { SESSION_VARIABLE } from './model/session.js';
import { promised } from './model/promised.js';
import type { State } from './state/open-state.js';
import { openLocks } from './state/parked-lock.js';
import { locateState } from './state/paths.js';

/** Who this process runs as. A uid that the password file does not know has no home, and needs OUTLOOP_HOME. */
type Account = { readonly uid: number; readonly user: string; readonly home: string | null };

/** This process's world and caller, read once at the start of a command. */
export function compose(): { readonly world: World; readonly caller: Caller } {
  const account = readAccount();
  return { world: composeWorld(account), caller: composeCaller(account) };
}

/** What the caller set for this process. */
export function readEnvironment(): Caller['env'] {
  return process.env;
}

/** The same caller in another folder, which becomes this process's; the link's `cwd` is null when it cannot be gone to. */
export function composeCallerIn(directory: string, caller: Caller): Caller {
  try {
    process.chdir(directory);
  } catch {
    return { ...caller, link: { cwd: null, file: { kind: 'none' } } };
  }
  return { ...caller, link: gatherLink({ uid: readAccount().uid, cwd: () => process.cwd() }) };
}

/** The real world: the clock, random ids, the operator state's place, and the backends. */
function composeWorld(account: Account): World {
  const { env } = process;
  const chosen = env['OUTLOOP_HOME'] ?? '';
  const paths =
    account.home === null && chosen === ''
      ? deny('CONFIG_UNAVAILABLE', { detail: 'this user has no home folder, and OUTLOOP_HOME is not set' })
      : locateState(env, account.home ?? '/nonexistent');
  const { takeVariable, ciSecret } = openEnvironment();
  const backendSetting = (state: State): BackendSetting => ({
    state,
    userAgent: `outloop/${OUTLOOP_VERSION}`,
    now: Date.now,
    pid: process.pid,
    random: randomBytes,
    env,
    takeVariable,
    temporary: tmpdir(),
    helper: join(__dirname, 'keychain-helper.cjs'),
    execPath: process.execPath,
  });
  return {
    version: OUTLOOP_VERSION,
    paths,
    uid: account.uid,
    pid: process.pid,
    user: account.user,
    home: account.home ?? '/nonexistent',
    now: Date.now,
    random: randomBytes,
    locks: openLocks(),
    tampered: () => checkRuntime({ env, execArgv: process.execArgv }),
    // Loaded when it is asked: by then something else is being waited for.
    inspectorUrl: () => process.getBuiltinModule('node:inspector').url(),
    temporary: tmpdir(),
    ambient: pick(env, ['LANG', 'TERM', 'TZ']),
    scanner: join(__dirname, 'scanner.wasm'),
    command: findCommand,
    installation: join(__dirname, '..'),
    templates: join(__dirname, '..', 'templates'),
    backendSetting,
    ciSecret,
    openBackend: (name, state, found) => promised(() => openFound(found, { ...backendSetting(state), name })),
  };
}

/**
 * How a scheduler starts this outloop, whatever its PATH: through the launcher where that knows its Node, which it does where it has a snapshot of it; else by Node itself.
 */
function findCommand(): readonly [string, ...string[]] {
  return existsSync(join(__dirname, 'run.snapshot'))
    ? [join(__dirname, 'outloop')]
    : [process.execPath, join(__dirname, '..', 'bin', 'run.js')];
}

function openFound({ use, tool, proxy }: FoundBackend, setting: BackendSetting & { readonly name: string }): Backend {
  return use.kind.open({ ...setting, tool, proxy }, use.options);
}

/** Takes variables out of this process's environment, each for good: what is started later cannot inherit it. Asked again, it remembers. */
function openEnvironment(): { readonly takeVariable: BackendSetting['takeVariable']; readonly ciSecret: World['ciSecret'] } {
  const taken = new Map<string, string>();
  // A CI's own secret goes before anything is started.
  for (const [name, value = ''] of Object.entries(process.env)) {
    if (!name.startsWith(VAULT_KEY_VARIABLE)) continue;
    if (value !== '') taken.set(name, value);
    delete process.env[name];
  }
  const secrets = [...taken].map((pair) => pair.join('=')).sort();
  const takeVariable = (name: string) => {
    const value = process.env[name];
    if (value !== undefined) {
      taken.set(name, value);
      delete process.env[name];
    }
    return taken.get(name) ?? null;
  };
  return { takeVariable, ciSecret: () => (secrets.length === 0 ? null : secrets.join('\0')) };
}

/** The caller as this process sees it: its environment, its terminals, and the link file of its folder. */
function composeCaller({ uid, user }: Account): Caller {
  return {
    env: process.env,
    execArgv: process.execArgv,
    terminal: { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) },
    link: gatherLink({ uid, cwd: () => process.cwd() }),
    session: readSession(process.env),
    user,
  };
}

/** The token that `outloop session start` put into its command's environment. An empty variable is not set. */
function readSession(env: NodeJS.ProcessEnv): Caller['session'] {
  const token = env[SESSION_VARIABLE] ?? '';
  return token === '' ? null : { token };
}

/** This folder alone, for `link`: null when it is gone. */
export function composeFolder(): FolderEvidence | null {
  return gatherFolder({ uid: readAccount().uid, cwd: () => process.cwd() });
}

/** The absolute paths that a typed folder may stand for, which need not be there: as it is spelt, and with links followed; none where it is relative to a folder that is gone. */
export function locateFolder(typed: string): readonly string[] {
  try {
    const spelt = resolve(typed);
    return [...new Set([spelt, followLinks(spelt)])];
  } catch {
    return [];
  }
}

/** The real path of as much as is there. */
function followLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === dirname(path) ? path : join(followLinks(dirname(path)), basename(path));
  }
}

function readAccount(): Account {
  try {
    const { uid, username, homedir } = userInfo();
    return { uid, user: username, home: homedir.startsWith('/') ? homedir : null };
  } catch {
    const uid = process.getuid?.() ?? -1;
    return { uid, user: `uid-${uid}`, home: null };
  }
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
