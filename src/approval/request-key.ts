import { createHmac, hash } from 'node:crypto';
import type { FileValue } from '../model/action.js';
import type { Alias } from '../model/service.js';

/** What makes two requests the same. `params`: name → keyed hash of the value. */
export type SameRequest = {
  readonly tenant: string;
  readonly project: string;
  readonly principal: string;
  readonly alias: string;
  readonly params: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, FileValue>>;
  readonly extra: readonly string[];
  /** The folder that the alias works in; null where that is a private one. */
  readonly workspace: string | null;
};

/** Keeps these hashes apart from everything else that the same key authenticates. */
const PURPOSE = 'outloop approval request v1\n';

/** The request's key: 32 hex characters of an HMAC-SHA-256 under the state's audit key. */
export function makeRequestKey(auditKey: Uint8Array, same: SameRequest): string {
  const { tenant, project, principal, alias, extra, workspace } = same;
  const files = Object.fromEntries(Object.entries(same.files).map(([name, { bytes }]) => [name, hashFile(bytes)]));
  const text = JSON.stringify([tenant, project, principal, alias, sortEntries(same.params), sortEntries(files), extra, workspace]);
  return createHmac('sha256', auditKey).update(`${PURPOSE}${text}`).digest('hex').slice(0, 32);
}

/** SHA-256 (hex) of what an alias does: its parameters, its action, its limits and its service, but not the rest of its file. */
export function hashDefinition(alias: Alias): string {
  const { source: _source, ...definition } = alias;
  return hash('sha256', JSON.stringify(definition));
}

/** SHA-256 (hex) of a file that a parameter named. */
export function hashFile(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

function sortEntries(table: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
}
