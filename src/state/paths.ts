import { isAbsolute, join, resolve } from 'node:path';
import { inside } from '../model/inside.js';
import { deny } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';

/** Where the operator state lies. Every path is absolute; `services`, `tenants`, `vault`, `audit`, `limits` and `compiled` are directories. */
export type StatePaths = {
  /** The directory of what the operator writes. */
  readonly config: string;
  /** The directory of what operator commands keep; the same as `config` under OUTLOOP_HOME. */
  readonly state: string;
  /** The directory of what a run writes: `audit`, `limits`, `compiled`, `firings` and `requests`. OUTLOOP_STATE, else the same as `state`. */
  readonly record: string;
  readonly settings: string;
  readonly services: string;
  readonly tenants: string;
  readonly links: string;
  readonly vault: string;
  readonly audit: string;
  readonly limits: string;
  readonly compiled: string;
  /** One file for each schedule, made when the first one is. */
  readonly schedules: string;
  /** How each schedule's last firing ended; made with the first one. */
  readonly firings: string;
  /** The links of a state that `ci init` made. */
  readonly ciLinks: string;
  /** The keys of CIs' vaults; made when there is one. */
  readonly ciKeys: string;
  /** `state.json`: which state this is, and what it keeps elsewhere (docs/formats.md). */
  readonly identity: string;
  /** `{version: 1, state: "/…"}`, in a configuration that lies elsewhere than its state: which state it is for. */
  readonly place: string;
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
 * another state in every folder. OUTLOOP_STATE, under the same rules, takes what a run writes elsewhere, so that the rest may be
 * read-only. Touches no file.
 */
export function locateState(env: Readonly<Record<string, string | undefined>>, passwdHome: string): StatePaths | Denial {
  const home = env['OUTLOOP_HOME'] ?? '';
  const record = env['OUTLOOP_STATE'] ?? '';
  for (const [name, value] of Object.entries({ OUTLOOP_HOME: home, OUTLOOP_STATE: record })) {
    if (value !== '' && !isAbsolute(value)) return deny('CONFIG_INVALID', { detail: `${name} is not an absolute path` });
  }
  if (home !== '') return layOut(resolve(home), resolve(home), record);
  const config = absoluteOr(env['XDG_CONFIG_HOME'], join(passwdHome, '.config'));
  const state = absoluteOr(env['XDG_STATE_HOME'], join(passwdHome, '.local', 'state'));
  if (!isAbsolute(config) || !isAbsolute(state)) return deny('CONFIG_UNAVAILABLE', { detail: 'this user has no home directory' });
  return layOut(resolve(config, 'outloop'), resolve(state, 'outloop'), record);
}

/** Whether the configuration lies elsewhere than the state, as the XDG directories do. */
export function isApart({ config, state }: StatePaths): boolean {
  return config !== state;
}

/** The audit key's file: 32 bytes, readable by the owner alone. */
export function auditKeyPath(paths: StatePaths): string {
  return inside(paths.audit, 'key');
}

function absoluteOr(value: string | undefined, fallback: string): string {
  return value !== undefined && isAbsolute(value) ? value : fallback;
}

function layOut(config: string, state: string, elsewhere: string): StatePaths {
  const record = elsewhere === '' ? state : resolve(elsewhere);
  return {
    config,
    state,
    record,
    settings: inside(config, 'settings.yaml'),
    services: inside(config, 'services'),
    tenants: inside(config, 'tenants'),
    links: inside(state, 'links.json'),
    vault: inside(state, 'vault'),
    audit: inside(record, 'audit'),
    limits: inside(record, 'limits'),
    compiled: inside(record, 'compiled'),
    schedules: inside(state, 'schedules'),
    firings: inside(record, 'firings'),
    ciLinks: inside(state, 'ci.json'),
    ciKeys: inside(state, 'ci'),
    identity: inside(state, 'state.json'),
    place: inside(config, 'place.json'),
    tools: inside(state, 'tools.json'),
    sessions: inside(state, 'sessions'),
    requests: inside(record, 'requests'),
    approvals: inside(state, 'approvals'),
  };
}
