import { isAbsolute, join, resolve } from 'node:path';
import { deny } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';

/** Where the operator state lies. Every path is absolute; `services`, `tenants`, `vault`, `audit`, `limits` and `compiled` are directories. */
export type StatePaths = {
  /** The directory of what the operator writes. */
  readonly config: string;
  /** The directory of what outloop writes; the same as `config` under OUTLOOP_HOME. */
  readonly state: string;
  readonly settings: string;
  readonly services: string;
  readonly tenants: string;
  readonly links: string;
  readonly vault: string;
  readonly audit: string;
  readonly limits: string;
  readonly compiled: string;
  /** `{version: 1, id: "st_<ULID>"}`: which state this is. */
  readonly identity: string;
  readonly tools: string;
  /** Directories that are made when they are first needed. */
  readonly sessions: string;
  readonly requests: string;
  readonly approvals: string;
};

/**
 * Where the state is, from OUTLOOP_HOME, else the XDG variables, else the XDG defaults below `passwdHome` (the passwd
 * entry's home, never `$HOME`, which a caller controls). An empty variable counts as unset; a relative XDG value is
 * ignored (XDG Base Directory Specification 0.8); a relative OUTLOOP_HOME is CONFIG_INVALID, because it would mean
 * another state in every folder. Touches no file.
 */
export function locateState(env: Readonly<Record<string, string | undefined>>, passwdHome: string): StatePaths | Denial {
  const home = env['OUTLOOP_HOME'] ?? '';
  if (home !== '') {
    if (!isAbsolute(home)) return deny('CONFIG_INVALID', { detail: 'OUTLOOP_HOME is not an absolute path' });
    return layOut(resolve(home), resolve(home));
  }
  const config = absoluteOr(env['XDG_CONFIG_HOME'], join(passwdHome, '.config'));
  const state = absoluteOr(env['XDG_STATE_HOME'], join(passwdHome, '.local', 'state'));
  if (!isAbsolute(config) || !isAbsolute(state)) return deny('CONFIG_UNAVAILABLE', { detail: 'this user has no home directory' });
  return layOut(resolve(config, 'outloop'), resolve(state, 'outloop'));
}

/** The audit key's file: 32 bytes, readable by the owner alone. */
export function auditKeyPath(paths: StatePaths): string {
  return join(paths.audit, 'key');
}

function absoluteOr(value: string | undefined, fallback: string): string {
  return value !== undefined && isAbsolute(value) ? value : fallback;
}

function layOut(config: string, state: string): StatePaths {
  return {
    config,
    state,
    settings: join(config, 'settings.yaml'),
    services: join(config, 'services'),
    tenants: join(config, 'tenants'),
    links: join(state, 'links.json'),
    vault: join(state, 'vault'),
    audit: join(state, 'audit'),
    limits: join(state, 'limits'),
    compiled: join(state, 'compiled'),
    identity: join(state, 'state.json'),
    tools: join(state, 'tools.json'),
    sessions: join(state, 'sessions'),
    requests: join(state, 'requests'),
    approvals: join(state, 'approvals'),
  };
}
