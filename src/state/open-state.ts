import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { deny, isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { inside } from '../model/inside.js';
import { isTable, parseStrictJson } from '../model/json-table.js';
import { auditKeyPath, isApart } from './paths.js';
import type { StatePaths } from './paths.js';
import { faultOfDirectory } from './private-directory.js';
import { readPrivateFile } from './private-file.js';

/** An operator state that was found and checked. */
export type State = {
  readonly paths: StatePaths;
  /** `st_` and a ULID: tells this state's keychain items from another state's. */
  readonly id: string;
  /** `ci`: `ci init` made it. It holds no ordinary link, and only a CI job's checkout is a folder of its. */
  readonly kind: 'operator' | 'ci';
  /** The operator: who must own everything in it. */
  readonly uid: number;
  /** 32 bytes: keys the hashes of parameter values in the audit log, and what seals the compiled form. */
  readonly auditKey: Uint8Array;
};

/** The audit key's length in bytes: the block of SHA-256's output, as RFC 2104 section 3 asks for. */
export const AUDIT_KEY_BYTES = 32;

const IDENTITY = /^st_[0-9A-HJKMNP-TV-Z]{26}$/;

/**
 * Opens the state: every directory is a real one (no link), belongs to `uid` and cannot be written by others; the identity
 * and the audit key are read. CONFIG_UNAVAILABLE when there is no state, CONFIG_INVALID when it is broken or open to
 * others. `compiled` may be missing, since it can be made again. About a dozen system calls; nothing is written.
 */
export function openState(paths: StatePaths, uid: number): State | Denial {
  const identity = readIdentity(paths, uid);
  // What is missing where OUTLOOP_STATE leads is not missing where it should lead.
  const refusal = findOtherPlace(identity, paths, uid) ?? checkDirectories(paths, uid);
  if (refusal !== null) return refusal;
  if (isDenial(identity)) return identity;
  if (isApart(paths) && !existsSync(paths.place)) return untrusted('place.json', paths.place, 'is missing');
  const { id, kind } = identity;
  const key = readPrivateFile(auditKeyPath(paths), { uid, maxBytes: AUDIT_KEY_BYTES, ownerOnly: true });
  if (key.kind === 'absent') return untrusted('audit/key', auditKeyPath(paths), 'is missing');
  if (key.kind === 'refused') return untrusted('audit/key', auditKeyPath(paths), key.why);
  if (key.bytes.length !== AUDIT_KEY_BYTES) return untrusted('audit/key', auditKeyPath(paths), DAMAGED);
  return { paths, id, kind, uid, auditKey: key.bytes };
}

/** The fault of a file that holds something else than it should. */
export const DAMAGED = 'is damaged';

/** Why what is there of a state is not to be used with these directories; null: it is, or there is nothing. */
export function refuseOtherPlaces(paths: StatePaths, uid: number): Denial | null {
  return findOtherPlace(readIdentity(paths, uid), paths, uid);
}

function findOtherPlace(identity: Identity | Denial, paths: StatePaths, uid: number): Denial | null {
  return (isDenial(identity) ? null : findOtherRecord(identity, paths)) ?? findOtherState(paths, uid);
}

/** Whoever could choose where a state's audit key lies could forge its compiled form and forget its limits. */
function findOtherRecord({ kind, record, config }: Identity, paths: StatePaths): Denial | null {
  if (kind === 'ci') return null;
  if (record !== (paths.record === paths.state ? null : paths.record))
    return refusePlace('OUTLOOP_STATE', 'OUTLOOP_STATE is not where this state keeps what its runs write', record ?? '');
  return config === (isApart(paths) ? paths.config : null) ? null : findOtherConfiguration(config, paths);
}

/** With the grants of another configuration this state's credentials would be used. */
function findOtherConfiguration(config: string | null, paths: StatePaths): Denial {
  const detail = `the state in ${paths.state} is not for the configuration in ${paths.config}`;
  if (config === null)
    return existsSync(inside(paths.state, 'settings.yaml')) ? refusePlace('OUTLOOP_HOME', detail, paths.state) : refuseMoved(detail);
  if (!isApart(paths)) return refusePlace('OUTLOOP_HOME', detail, '');
  return existsSync(config) ? refusePlace('XDG_CONFIG_HOME', detail, dirname(config)) : refuseMoved(detail);
}

/** With another state than its own a configuration's credentials would be used under a log, limits and approvals that the caller has made. */
function findOtherState(paths: StatePaths, uid: number): Denial | null {
  if (isApart(paths) && existsSync(inside(paths.config, 'state.json')))
    return refusePlace('OUTLOOP_HOME', `the configuration in ${paths.config} has a state of its own`, paths.config);
  const state = readPlace(paths, uid);
  // Where it cannot be read in one place, neither can the state, and that is told of its directory.
  if (state === null || isDenial(state)) return isApart(paths) ? state : null;
  const detail = `the configuration in ${paths.config} is for the state in ${state}`;
  if (!isApart(paths)) return refusePlace('OUTLOOP_HOME', detail, '');
  if (state === paths.state) return null;
  return existsSync(state) ? refusePlace('XDG_STATE_HOME', detail, dirname(state)) : refuseMoved(detail);
}

/** The facts `variable` and `value` are for whoever mends it; empty: it is to be unset. */
function refusePlace(variable: string, detail: string, value: string): Denial {
  return deny('CONFIG_INVALID', { detail, variable, value });
}

function refuseMoved(detail: string): Denial {
  return deny('CONFIG_INVALID', { detail: `${detail}; if they were moved, correct config in state.json and state in place.json` });
}

/** The state that a configuration is for, as `{"version":1,"state":"/…"}` says; null: no file says it. */
function readPlace(paths: StatePaths, uid: number): string | Denial | null {
  const file = readPrivateFile(paths.place, { uid, maxBytes: 4096 });
  if (file.kind === 'absent') return null;
  if (file.kind === 'refused') return untrusted('place.json', paths.place, file.why);
  const value = parseStrictJson(file.bytes.toString('utf8'));
  const isPlace = isTable(value) && value['version'] === 1 && Object.keys(value).sort().join() === 'state,version';
  return isPlace && typeof value['state'] === 'string' ? value['state'] : untrusted('place.json', paths.place, DAMAGED);
}

/** The facts `path` and `fault` are for whoever mends it. */
function untrusted(name: string, path: string, fault: string): Denial {
  return deny('CONFIG_INVALID', { detail: `${name} ${fault}`, path, fault });
}

/** The first thing that is wrong with the state's directories, or null. */
export function checkDirectories(paths: StatePaths, uid: number): Denial | null {
  for (const path of new Set([paths.config, paths.state, paths.record])) {
    const name = `${path === paths.config ? 'the configuration directory' : 'the state directory'} ${path}`;
    const fault = faultOfDirectory(path, uid);
    if (fault === 'is missing') return deny('CONFIG_UNAVAILABLE', { detail: `${name} does not exist` });
    if (fault !== null) return untrusted(name, path, fault);
  }
  for (const path of [paths.services, paths.tenants, paths.vault, paths.audit, paths.limits, paths.compiled]) {
    const fault = faultOfDirectory(path, uid);
    if (fault === null || (fault === 'is missing' && path === paths.compiled)) continue;
    return untrusted(basename(path), path, fault);
  }
  return null;
}

/** `record`: the directory that OUTLOOP_STATE named when the state was made; `config`: that of its configuration, where that is another one; or null. */
type Identity = Pick<State, 'id' | 'kind'> & { readonly record: string | null; readonly config: string | null };

function readIdentity(paths: StatePaths, uid: number): Identity | Denial {
  const file = readPrivateFile(paths.identity, { uid, maxBytes: 4096 });
  if (file.kind === 'absent') return deny('CONFIG_UNAVAILABLE', { detail: 'state.json does not exist' });
  if (file.kind === 'refused') return untrusted('state.json', paths.identity, file.why);
  return parseIdentity(file.bytes.toString('utf8')) ?? untrusted('state.json', paths.identity, DAMAGED);
}

/** Reads `{"version":1,"id":"st_…"}`, with `"kind":"ci"` or with a `"record"` and a `"config"`, and nothing else; null when it is anything else. */
function parseIdentity(text: string): Identity | null {
  const value = parseStrictJson(text);
  if (!isTable(value) || value['version'] !== 1) return null;
  const { id, kind, record, config, ...others } = value;
  const isWhole =
    typeof id === 'string' && IDENTITY.test(id) && Object.keys(others).join() === 'version' && isPlace(record) && isPlace(config);
  if (!isWhole || (kind !== undefined && (kind !== 'ci' || record !== undefined || config !== undefined))) return null;
  return { id, kind: kind ?? 'operator', record: record ?? null, config: config ?? null };
}

function isPlace(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && isAbsolute(value));
}
