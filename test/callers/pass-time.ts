import { join } from 'node:path';
import { openChain } from '../../src/audit/append.js';
import { isDenial } from '../../src/denial/denial.js';
import type { ClientHome } from './client-home.js';

/**
 * Puts a record into the log as if it were so much later. What follows is what a clock shows that was set back afterwards: it
 * is behind the last record.
 */
export function passTime(home: ClientHome, ms: number): void {
  const chain = openChain({ auditDir: join(home.path, 'state/audit'), nowMs: Date.now() + ms, uid: process.getuid?.() ?? 0 });
  if (isDenial(chain)) throw new Error(chain.code);
  try {
    const entry = { type: 'admin', run: '01JD3Y0000000000000000000A', action: 'later', secret_exposed: false } as const;
    const refused = chain.append(entry, { fsync: true });
    if (refused !== null) throw new Error(refused.code);
  } finally {
    chain.close();
  }
}
