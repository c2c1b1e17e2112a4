import { basename, isAbsolute } from 'node:path';
import { deny, isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { isTable, parseStrictJson } from '../model/json-table.js';
import { auditKeyPath } from './paths.js';
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
  const refusal = findOtherRecord(identity, paths) ?? checkDirectories(paths, uid);
  if (refusal !== null) return refusal;
  if (isDenial(identity)) return identity;
  const { id, kind } = identity;
  const key = readPrivateFile(auditKeyPath(paths), { uid, maxBytes: AUDIT_KEY_BYTES, ownerOnly: true });
  if (key.kind === 'absent') return untrusted('audit/key', auditKeyPath(paths), 'is missing');
  if (key.kind === 'refused') return untrusted('audit/key', auditKeyPath(paths), key.why);
  if (key.bytes.length !== AUDIT_KEY_BYTES) return untrusted('audit/key', auditKeyPath(paths), DAMAGED);
  return { paths, id, kind, uid, auditKey: key.bytes };
}

/** The fault of a file that holds something else than it should. */
export const DAMAGED = 'is damaged';

/** A state that is there, and keeps what its runs write elsewhere than OUTLOOP_STATE says: CONFIG_INVALID, whose fact `record` is that place, or empty for none. */
export function refuseOtherRecord(paths: StatePaths, uid: number): Denial | null {
  return findOtherRecord(readIdentity(paths, uid), paths);
}

/** Whoever could choose where a state's audit key lies could forge its compiled form and forget its limits. */
function findOtherRecord(identity: Identity | Denial, paths: StatePaths): Denial | null {
  if (isDenial(identity) || identity.kind === 'ci' || identity.record === (paths.record === paths.state ? null : paths.record)) return null;
  return deny('CONFIG_INVALID', {
    detail: 'OUTLOOP_STATE is not where this state keeps what its runs write',
    record: identity.record ?? '',
  });
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

/** `record`: the directory that OUTLOOP_STATE named when the state was made, or null. */
type Identity = Pick<State, 'id' | 'kind'> & { readonly record: string | null };

function readIdentity(paths: StatePaths, uid: number): Identity | Denial {
  const file = readPrivateFile(paths.identity, { uid, maxBytes: 4096 });
  if (file.kind === 'absent') return deny('CONFIG_UNAVAILABLE', { detail: 'state.json does not exist' });
  if (file.kind === 'refused') return untrusted('state.json', paths.identity, file.why);
  return parseIdentity(file.bytes.toString('utf8')) ?? untrusted('state.json', paths.identity, DAMAGED);
}

/** Reads `{"version":1,"id":"st_…"}`, with `"kind":"ci"` or a `"record"`, and nothing else; null when it is anything else. */
function parseIdentity(text: string): Identity | null {
  const value = parseStrictJson(text);
  if (!isTable(value) || value['version'] !== 1) return null;
  const { id, kind, record } = value;
  if (typeof id !== 'string' || !IDENTITY.test(id)) return null;
  switch (Object.keys(value).sort().join()) {
    case 'id,version':
      return { id, kind: 'operator', record: null };
    case 'id,record,version':
      return typeof record === 'string' && isAbsolute(record) ? { id, kind: 'operator', record } : null;
    case 'id,kind,version':
      return kind === 'ci' ? { id, kind, record: null } : null;
    default:
      return null;
  }
}
