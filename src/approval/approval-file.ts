import type { Approval, ApprovalRequest, ShownFile, ShownValue } from '../model/approval.js';
import { ASK_RULES } from '../model/approval.js';
import { parseAliasName, parseLinkId, parseName, parseRequestId } from '../model/ids.js';
import type { CredentialName, GrantId, ProjectName, SlotName, TenantName } from '../model/ids.js';
import { isTable, parseJson } from '../model/json-table.js';
import { isSha256 } from '../model/sha256.js';

/** The longest file: 8,192 characters of values and 1,000 of a reason, escaped twice at worst, with room. */
export const MAX_REQUEST_BYTES = 262_144;

const KEY = /^[0-9a-f]{32}$/;
const REQUEST_KEYS =
  'id key rule tenant project alias principal definition grants bind link folder params extra reason firstMs lastMs times'.split(' ');
const APPROVAL_KEYS = ['version', 'request', 'verdict', 'decidedMs', 'count', 'left', 'expiresMs', 'bind'];

/** A request file's text. */
export function formatRequest(request: ApprovalRequest): string {
  return `${JSON.stringify({ version: 1, request })}\n`;
}

/** Reads a request file; null when it is not one, to the last field. */
export function parseRequest(bytes: Uint8Array): ApprovalRequest | null {
  const value = parseJson(Buffer.from(bytes).toString('utf8'));
  return isTable(value) && value['version'] === 1 && Object.keys(value).length === 2 ? readRequest(value['request']) : null;
}

/** An approval file's text. */
export function formatApproval({ request, verdict, decidedMs, count, left, expiresMs, bind }: Approval): string {
  return `${JSON.stringify({ version: 1, request, verdict, decidedMs, count, left, expiresMs, bind })}\n`;
}

/** Reads an approval file; null when it is not one, to the last field. */
export function parseApproval(bytes: Uint8Array): Approval | null {
  const value = parseJson(Buffer.from(bytes).toString('utf8'));
  if (!isTable(value) || value['version'] !== 1 || !hasKeys(value, APPROVAL_KEYS)) return null;
  const request = readRequest(value['request']);
  const bind = readBind(value['bind']);
  const { verdict, decidedMs, count, left, expiresMs } = value;
  if (request === null || bind === null || !isCount(decidedMs)) return null;
  if (!isCountOrNull(count) || !isCountOrNull(left) || !isCountOrNull(expiresMs)) return null;
  if (verdict === 'rejected') return { request, verdict, decidedMs, count, left, expiresMs, bind };
  // Whoever has no end and no number to spend was not approved by outloop.
  return verdict === 'approved' && expiresMs !== null ? { request, verdict, decidedMs, count, left, expiresMs, bind } : null;
}

function readRequest(value: unknown): ApprovalRequest | null {
  if (!isTable(value) || !hasKeys(value, REQUEST_KEYS)) return null;
  const { key, principal, definition, folder, reason, firstMs, lastMs, times } = value;
  const id = readText(value['id'], parseRequestId);
  const tenant = readText(value['tenant'], (text) => parseName<TenantName>(text));
  const project = readText(value['project'], (text) => parseName<ProjectName>(text));
  const alias = readText(value['alias'], parseAliasName);
  const link = readText(value['link'], parseLinkId);
  const rule = ASK_RULES.find((known) => known === value['rule']);
  const params = readParams(value['params']);
  const extra = value['extra'] === null ? null : readValue(value['extra']);
  const grants = readGrants(value['grants']);
  const bind = readBind(value['bind']);
  if (id === null || tenant === null || project === null || alias === null || link === null || rule === undefined) return null;
  if (params === null || grants === null || bind === null || (extra === null && value['extra'] !== null)) return null;
  if (typeof key !== 'string' || !KEY.test(key) || !isSha256(definition)) return null;
  if (typeof principal !== 'string' || typeof folder !== 'string' || (reason !== null && typeof reason !== 'string')) return null;
  if (!isCount(firstMs) || !isCount(lastMs) || !isCount(times)) return null;
  return {
    id,
    key,
    rule,
    tenant,
    project,
    alias,
    principal,
    definition,
    grants,
    bind,
    link,
    folder,
    params,
    extra,
    reason,
    firstMs,
    lastMs,
    times,
  };
}

function readText<T>(value: unknown, parse: (text: string) => T | null): T | null {
  return typeof value === 'string' ? parse(value) : null;
}

function readParams(value: unknown): ApprovalRequest['params'] | null {
  if (!isTable(value)) return null;
  const entries: [string, ShownValue | ShownFile][] = [];
  for (const [name, item] of Object.entries(value)) {
    const shown = readValue(item) ?? readFile(item);
    if (shown === null) return null;
    entries.push([name, shown]);
  }
  return Object.fromEntries(entries);
}

function readValue(value: unknown): ShownValue | null {
  if (!isTable(value) || !hasKeys(value, ['json', 'length'])) return null;
  const { json, length } = value;
  return typeof json === 'string' && isCount(length) ? { json, length } : null;
}

function readFile(value: unknown): ShownFile | null {
  if (!isTable(value) || !hasKeys(value, ['file', 'bytes', 'sha256'])) return null;
  const { file, bytes, sha256 } = value;
  return typeof file === 'string' && isCount(bytes) && isSha256(sha256) ? { file, bytes, sha256 } : null;
}

function readGrants(value: unknown): ApprovalRequest['grants'] | null {
  if (!isTable(value)) return null;
  const entries = Object.entries(value);
  const areGrants = entries.every(([id, sha]) => parseName<GrantId>(id) !== null && isSha256(sha));
  return areGrants ? (Object.fromEntries(entries) as ApprovalRequest['grants']) : null;
}

function readBind(value: unknown): Approval['bind'] | null {
  if (!isTable(value)) return null;
  const entries = Object.entries(value).map(([slot, name]) => [
    parseName<SlotName>(slot),
    typeof name === 'string' ? parseName<CredentialName>(name) : null,
  ]);
  if (!entries.every(([slot, name]) => slot !== null && name !== null)) return null;
  return Object.fromEntries(entries) as Approval['bind'];
}

function hasKeys(table: Readonly<Record<string, unknown>>, keys: readonly string[]): boolean {
  return Object.keys(table).length === keys.length && keys.every((key) => Object.hasOwn(table, key));
}

function isCountOrNull(value: unknown): value is number | null {
  return value === null || isCount(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
