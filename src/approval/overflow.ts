import { join } from 'node:path';
import { rethrowBug } from '../model/error-code.js';
import { isTable, parseJson } from '../model/json-table.js';
import type { TenantName } from '../model/ids.js';
import { readPrivateFile, writePrivateFile } from '../state/private-file.js';
import { removeRecord, type ApprovalPlace } from './approval-store.js';

/** How many times a request was not kept because too many waited, and when that was last. */
export type Overflow = { readonly times: number; readonly lastMs: number };

/** No key is called so. */
const NAME = 'overflow';
const MAX_BYTES = 1024;

/** What was not kept of a tenant's requests; none where nothing was, or where the count cannot be read. */
export function readOverflow({ requestsDir, uid }: ApprovalPlace, tenant: TenantName): Overflow {
  const file = readPrivateFile(join(requestsDir, tenant, `${NAME}.json`), { uid, maxBytes: MAX_BYTES, ownerOnly: true });
  const value = file.kind === 'ok' ? parseJson(file.bytes.toString('utf8')) : null;
  const isCount = (given: unknown): given is number => typeof given === 'number' && Number.isSafeInteger(given) && given >= 0;
  if (!isTable(value) || !isCount(value['times']) || !isCount(value['lastMs'])) return { times: 0, lastMs: 0 };
  return { times: value['times'], lastMs: value['lastMs'] };
}

/** Counts one more. A count that cannot be written changes no decision. */
export function countOverflow(place: ApprovalPlace, tenant: TenantName, nowMs: number): void {
  const { times } = readOverflow(place, tenant);
  try {
    const text = `${JSON.stringify({ version: 1, times: times + 1, lastMs: nowMs })}\n`;
    writePrivateFile(join(place.requestsDir, tenant, `${NAME}.json`), text, 0o600, false);
  } catch (error) {
    rethrowBug(error);
  }
}

/** Starts the count again. */
export function clearOverflow({ requestsDir }: ApprovalPlace, tenant: TenantName): void {
  removeRecord(requestsDir, tenant, NAME);
}
