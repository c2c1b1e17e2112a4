import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openChain } from '../../src/audit/append.js';
import type { Chain } from '../../src/audit/append.js';
import { isDenial } from '../../src/denial/denial.js';
import type { Denial } from '../../src/denial/denial.js';
import type { AuditEntry, AuditRecord } from '../../src/model/audit.js';
import { makeHome } from '../helpers/temporary-home.js';

export const UID = process.getuid?.() ?? 0;
export const NOVEMBER = Date.parse('2026-11-23T10:00:00.000Z');
export const DECEMBER = Date.parse('2026-12-01T00:00:00.000Z');
export const FILE = '2026-11.jsonl';

/** A new audit folder; `remove` takes it away. */
export function makeAuditDir(): { readonly auditDir: string; readonly remove: () => void } {
  const { home, remove } = makeHome();
  return { auditDir: home, remove };
}

export function intent(run: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return { type: 'intent', run, tenant: 'acme', alias: 'github.issues.list', principal: 'agent:claude', secret_exposed: false, ...more };
}

export function result(run: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return { type: 'result', run, tenant: 'acme', alias: 'github.issues.list', code: 'OK', exit: 0, secret_exposed: false, ...more };
}

/** Opens the chain or fails the test. */
export function open(auditDir: string, nowMs = NOVEMBER): Chain {
  const chain = openChain({ auditDir, nowMs, uid: UID });
  if (isDenial(chain)) throw new Error(`${chain.code}: ${String(chain.facts['detail'])}`);
  return chain;
}

/** The denial that opening gives, or fails the test. */
export function openDenied(auditDir: string, nowMs = NOVEMBER): Denial {
  const chain = openChain({ auditDir, nowMs, uid: UID });
  if (isDenial(chain)) return chain;
  chain.close();
  throw new Error('the chain opened');
}

/** One lock section: opens, appends, closes. */
export function append(auditDir: string, entries: readonly AuditEntry[], nowMs = NOVEMBER): void {
  for (const entry of entries) {
    const chain = open(auditDir, nowMs);
    const refused = chain.append(entry, { fsync: false });
    chain.close();
    if (refused !== null) throw new Error(`${refused.code}: ${String(refused.facts['detail'])}`);
  }
}

/** `count` runs, each with intent and result, a lock section each. */
export function appendRuns(auditDir: string, count: number, nowMs = NOVEMBER): void {
  for (let n = 1; n <= count; n++) append(auditDir, [intent(`R${n}`), result(`R${n}`)], nowMs);
}

export function readRecords(auditDir: string, file = FILE): AuditRecord[] {
  return readFileSync(join(auditDir, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditRecord);
}
