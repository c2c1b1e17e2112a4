import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Approval, ApprovalRequest } from '../model/approval.js';
import { errorCode } from '../model/error-code.js';
import { parseName, type TenantName } from '../model/ids.js';
import { faultOfDirectory, makePrivateDirectory } from '../state/private-directory.js';
import { readPrivateFile, writePrivateFile } from '../state/private-file.js';
import { formatApproval, formatRequest, MAX_REQUEST_BYTES, parseApproval, parseRequest } from './approval-file.js';

/**
 * Where requests and answers are kept: `<requestsDir>/<tenant>/<key>.json` while a request waits, and
 * `<approvalsDir>/<tenant>/<key>.json` once it was answered. Whoever writes holds the audit lock.
 */
export type ApprovalPlace = { readonly requestsDir: string; readonly approvalsDir: string; readonly uid: number };

/** What a file says: a noun, null where it is absent, or why it cannot be used, as a clause. */
export type Stored<T> = T | null | string;

const KEY_FILE = /^([0-9a-f]{32})\.json$/;

/** The request that waits under a key. */
export function readWaiting(place: ApprovalPlace, tenant: TenantName, key: string): Stored<ApprovalRequest> {
  return readRecord(place, { top: place.requestsDir, name: 'requests', tenant, key }, parseRequest, (request) => request);
}

/** The answer under a key. */
export function readAnswer(place: ApprovalPlace, tenant: TenantName, key: string): Stored<Approval> {
  return readRecord(place, { top: place.approvalsDir, name: 'approvals', tenant, key }, parseApproval, ({ request }) => request);
}

/** Writes a request; `durable` false where losing it loses only a count. Null, or why it cannot be written. */
export function writeWaiting(place: ApprovalPlace, request: ApprovalRequest, durable: boolean): string | null {
  const { tenant, key } = request;
  return writeRecord(place, { top: place.requestsDir, name: 'requests', tenant, key }, formatRequest(request), durable);
}

/** Writes an answer, flushed: one that was spent must stay spent. Null, or why it cannot be written. */
export function writeAnswer(place: ApprovalPlace, approval: Approval): string | null {
  const { tenant, key } = approval.request;
  return writeRecord(place, { top: place.approvalsDir, name: 'approvals', tenant, key }, formatApproval(approval), true);
}

/** Takes a request or an answer away; one that is gone already is no error. Null, or why not. */
export function removeRecord(directory: string, tenant: TenantName, key: string): string | null {
  try {
    unlinkSync(join(directory, tenant, `${key}.json`));
    return null;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? null : `cannot be removed (${errorCode(error)})`;
  }
}

/** The keys on file for a tenant under `requestsDir` or `approvalsDir`; none where there is no directory, a clause where it cannot be read. */
export function listKeys(directory: string, tenant: TenantName, uid: number): readonly string[] | string {
  const fault = faultOfDirectory(join(directory, tenant), uid);
  if (fault !== null) return fault === 'is missing' ? [] : fault;
  try {
    return readdirSync(join(directory, tenant)).flatMap((name) => KEY_FILE.exec(name)?.[1] ?? []);
  } catch (error) {
    return `cannot be read (${errorCode(error)})`;
  }
}

/** The tenants that have a directory under `requestsDir` or `approvalsDir`; a clause where it cannot be read or trusted. */
export function listTenantsIn(directory: string, uid: number): readonly TenantName[] | string {
  const fault = faultOfDirectory(directory, uid);
  if (fault !== null) return fault === 'is missing' ? [] : fault;
  try {
    return readdirSync(directory)
      .map((name) => parseName<TenantName>(name))
      .filter((tenant) => tenant !== null);
  } catch (error) {
    return `cannot be read (${errorCode(error)})`;
  }
}

type RecordPlace = { readonly top: string; readonly name: string; readonly tenant: TenantName; readonly key: string };

function readRecord<T>(
  { uid }: ApprovalPlace,
  { top, name, tenant, key }: RecordPlace,
  parse: (bytes: Uint8Array) => T | null,
  requestOf: (record: T) => ApprovalRequest,
): Stored<T> {
  const file = `${name}/${tenant}/${key}.json`;
  for (const directory of [top, join(top, tenant)]) {
    const fault = faultOfDirectory(directory, uid);
    if (fault === 'is missing') return null;
    if (fault !== null) return `${directory === top ? name : `${name}/${tenant}`} ${fault}`;
  }
  const read = readPrivateFile(join(top, tenant, `${key}.json`), { uid, maxBytes: MAX_REQUEST_BYTES, ownerOnly: true });
  if (read.kind === 'absent') return null;
  if (read.kind === 'refused') return `${file} ${read.why}`;
  const record = parse(read.bytes);
  if (record === null) return `${file} is damaged`;
  const request = requestOf(record);
  return request.key === key && request.tenant === tenant ? record : `${file} holds another request`;
}

function writeRecord({ uid }: ApprovalPlace, { top, name, tenant, key }: RecordPlace, text: string, durable: boolean): string | null {
  const fault = makePrivateDirectory(top, uid) ?? makePrivateDirectory(join(top, tenant), uid);
  if (fault !== null) return `${name} ${fault}`;
  try {
    writePrivateFile(join(top, tenant, `${key}.json`), text, 0o600, durable);
    return null;
  } catch (error) {
    return `${name} cannot be written (${errorCode(error)})`;
  }
}
