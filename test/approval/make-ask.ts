import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ApprovalPlace } from '../../src/approval/approval-store.js';
import type { Approval, ApprovalRequest, Ask } from '../../src/model/approval.js';
import { encodeUlid, type AliasName, type LinkId, type ProjectName, type RequestId, type TenantName } from '../../src/model/ids.js';

export const UID = process.getuid?.() ?? 0;
export const NOW_MS = 1_800_000_000_000;
export const ACME = 'acme' as TenantName;

let made = 0;

/** A place for requests and approvals that is gone with the test; its directories are not made yet. */
export function makePlace(): ApprovalPlace {
  const home = mkdtempSync(join(tmpdir(), 'outloop-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return { requestsDir: join(home, 'requests'), approvalsDir: join(home, 'approvals'), uid: UID };
}

export function makeId(): RequestId {
  const random = Buffer.alloc(10);
  random.writeUInt32BE(++made);
  return `req_${encodeUlid(NOW_MS, random)}` as RequestId;
}

/** What agent:claude asks of acme's website. */
export function makeAsk(changes: Partial<Ask> = {}): Ask {
  return {
    key: 'a'.repeat(32),
    rule: 'once',
    tenant: ACME,
    project: 'website' as ProjectName,
    alias: 'shop.order.cancel' as AliasName,
    principal: 'agent:claude',
    definition: 'd'.repeat(64),
    grants: { cancel: 'c'.repeat(64) } as never,
    bind: { token: 'shop-bot' } as never,
    link: 'lnk_01JD3Y0000000000000000000A' as LinkId,
    folder: '/clients/acme',
    params: { order: { json: '"7"', length: 3 }, note: { file: '"note.txt"', bytes: 12, sha256: 'e'.repeat(64) } },
    extra: null,
    reason: null,
    ...changes,
  };
}

export function makeRequest(changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return { ...makeAsk(), id: makeId(), firstMs: NOW_MS, lastMs: NOW_MS, times: 1, ...changes };
}

/** An approval of one run within an hour. */
export function makeApproval(changes: Partial<Approval> = {}, request: Partial<ApprovalRequest> = {}): Approval {
  return {
    request: makeRequest(request),
    verdict: 'approved',
    decidedMs: NOW_MS,
    count: 1,
    left: 1,
    expiresMs: NOW_MS + 3_600_000,
    bind: {},
    ...changes,
  };
}
