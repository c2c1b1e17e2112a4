import { relative } from 'node:path';
import { deny, isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { parseStrictJson } from '../model/json-table.js';
import { auditKeyPath } from './paths.js';
import type { StatePaths } from './paths.js';
import { faultOfDirectory } from './private-directory.js';
import { readPrivateFile } from './private-file.js';

/** An operator state that was found and checked. */
export type State = {
  readonly paths: StatePaths;
  /** `st_` and a ULID: tells this state's keychain items from another state's. */
  readonly id: string;
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
  const refusal = checkDirectories(paths, uid);
  if (refusal !== null) return refusal;
  const id = readIdentity(paths, uid);
  if (isDenial(id)) return id;
  const key = readPrivateFile(auditKeyPath(paths), { uid, maxBytes: AUDIT_KEY_BYTES, ownerOnly: true });
  if (key.kind === 'absent') return deny('CONFIG_INVALID', { detail: 'audit/key is missing' });
  if (key.kind === 'refused') return deny('CONFIG_INVALID', { detail: `audit/key ${key.why}` });
  if (key.bytes.length !== AUDIT_KEY_BYTES) return deny('CONFIG_INVALID', { detail: 'audit/key is damaged' });
  return { paths, id, uid, auditKey: key.bytes };
}

/** The first thing that is wrong with the state's directories, or null. */
export function checkDirectories(paths: StatePaths, uid: number): Denial | null {
  const tops = paths.config === paths.state ? [paths.config] : [paths.config, paths.state];
  for (const path of tops) {
    const name = path === paths.config ? 'the configuration directory' : 'the state directory';
    const fault = faultOfDirectory(path, uid);
    if (fault === 'is missing') return deny('CONFIG_UNAVAILABLE', { detail: `${name} does not exist` });
    if (fault !== null) return deny('CONFIG_INVALID', { detail: `${name} ${fault}` });
  }
  for (const path of [paths.services, paths.tenants, paths.vault, paths.audit, paths.limits, paths.compiled]) {
    const fault = faultOfDirectory(path, uid);
    if (fault === null || (fault === 'is missing' && path === paths.compiled)) continue;
    const top = path === paths.services || path === paths.tenants ? paths.config : paths.state;
    return deny('CONFIG_INVALID', { detail: `${relative(top, path)} ${fault}` });
  }
  return null;
}

function readIdentity(paths: StatePaths, uid: number): string | Denial {
  const file = readPrivateFile(paths.identity, { uid, maxBytes: 4096 });
  if (file.kind === 'absent') return deny('CONFIG_UNAVAILABLE', { detail: 'state.json does not exist' });
  if (file.kind === 'refused') return deny('CONFIG_INVALID', { detail: `state.json ${file.why}` });
  return parseIdentity(file.bytes.toString('utf8')) ?? deny('CONFIG_INVALID', { detail: 'state.json is damaged' });
}

/** Reads `{"version":1,"id":"st_…"}` and nothing else; null when it is anything else. */
function parseIdentity(text: string): string | null {
  const value = parseStrictJson(text);
  if (typeof value !== 'object' || value === null || Object.keys(value).sort().join() !== 'id,version') return null;
  if (!('version' in value) || value.version !== 1 || !('id' in value) || typeof value.id !== 'string') return null;
  return IDENTITY.test(value.id) ? value.id : null;
}
