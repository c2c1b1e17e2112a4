import { randomBytes } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import type { World } from './broker/world.js';
import type { BackendSetting } from './credential/backend.js';
import { openBackend } from './credential/registry.js';
import { deny } from './denial/denial.js';
import { gatherFolder, gatherLink } from './link/gather-link.js';
import type { FolderEvidence } from './model/link.js';
import type { Caller } from './model/run.js';
import { SESSION_VARIABLE } from './model/session.js';
import { usesBundledRoots } from './net/trust.js';
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

/** The real world: the clock, random ids, the operator state's place, and the backends. */
function composeWorld(account: Account): World {
  const { env } = process;
  const chosen = env['OUTLOOP_HOME'] ?? '';
  const paths =
    account.home === null && chosen === ''
      ? deny('CONFIG_UNAVAILABLE', { detail: 'this user has no home folder, and OUTLOOP_HOME is not set' })
      : locateState(env, account.home ?? '/nonexistent');
  const backendSetting = (state: State): BackendSetting => ({
    state,
    random: randomBytes,
    env,
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
    // Loaded when it is asked: by then something else is being waited for.
    inspectorUrl: () => process.getBuiltinModule('node:inspector').url(),
    defaultIsBundled: usesBundledRoots({ env, execArgv: process.execArgv, defines: process.config.target_defaults.defines }),
    temporary: tmpdir(),
    ambient: pick(env, ['LANG', 'LC_ALL', 'TERM', 'TZ']),
    scanner: join(__dirname, 'scanner.wasm'),
    templates: join(__dirname, '..', 'templates'),
    backendSetting,
    openBackend: (name, state) => openBackend(name, backendSetting(state)),
  };
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
