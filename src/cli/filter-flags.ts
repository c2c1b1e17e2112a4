import { Flags } from '@oclif/core';
import type { RecordWish } from '../broker/administration/audit-log.js';

/** Which records a command is about; `audit query` and `audit export` share them. */
export const filterFlags = {
  since: Flags.string({ description: 'from this moment on: 24h, 2026-11-23, 2026-11-23T08:00Z' }),
  until: Flags.string({ description: 'before this moment' }),
  tenant: Flags.string({ description: 'of this tenant' }),
  project: Flags.string({ description: 'of this project' }),
  alias: Flags.string({ description: 'of this alias; * is one or more characters' }),
  principal: Flags.string({ description: 'by this caller: agent, or agent:claude' }),
  code: Flags.string({ description: 'with this code, such as RATE_LIMITED' }),
  type: Flags.option({ options: ['intent', 'result', 'deny', 'admin', 'repair'] as const, description: 'of this type' })(),
  run: Flags.string({ description: 'of this run' }),
  limit: Flags.integer({ min: 1, description: 'at most so many' }),
  reverse: Flags.boolean({ description: 'newest first' }),
};

/** What those flags hold once they are parsed. */
export type FilterFlags = Omit<RecordWish, 'newestFirst' | 'limit'> & { readonly limit?: number | undefined; readonly reverse: boolean };
