import { expect, test } from 'vitest';
import { describeWhat } from '../../src/cli/describe-record.js';
import type { AuditRecord } from '../../src/model/audit.js';

const RECORD = { v: 1, seq: 1, prev: '', time: '', type: 'admin', run: '', secret_exposed: false } as const;

test.each<readonly [Partial<AuditRecord>, string]>([
  [{ alias: 'github.issues.list' }, 'github.issues.list'],
  [{ action: 'secret set', detail: { tenant: 'acme', credential: 'bot' } }, 'secret set bot'],
  [{ action: 'secret set', detail: { backend: 'vault' } }, 'secret set vault'],
  [{ action: 'grant add', detail: { tenant: 'acme', effect: 'permit', patterns: 'a.* b.*' } }, 'grant add permit a.* b.*'],
  [{ action: 'grant remove', detail: { tenant: 'acme', grant: 'all' } }, 'grant remove all'],
  [{ action: 'service add', detail: { source: './billing.yaml' } }, 'service add ./billing.yaml'],
  [{ action: 'link', detail: { tenant: 'acme', project: 'web', folder: '/home/x/acme', link: 'lnk_1' } }, 'link /home/x/acme'],
  [{ action: 'session start', detail: { session: 'ses_1', project: null, ttl_ms: 1 } }, 'session start ses_1'],
  [{ action: 'tenant revoke', detail: { tenant: 'acme' } }, 'tenant revoke acme'],
  [{ action: 'requests prune', detail: { waiting: true, older_than_ms: null } }, 'requests prune'],
  [{ action: 'secret rotate-key' }, 'secret rotate-key'],
  [{}, ''],
])('%j: %s', (record, what) => {
  expect(describeWhat({ ...RECORD, ...record })).toBe(what);
});
