import { callProgram, type Desk } from './call-program.js';
import { formatCrontab, putInCrontab, takeFromCrontab } from './crontab.js';
import type { Job, Untellable } from './job.js';
import type { Piece, Scheduler, Standing } from './scheduler.js';

/** cron(8), by way of crontab(1): the user's own crontab. A crontab may hold any bytes, so it is handled as Latin-1, which keeps them. */
export const cronScheduler: Scheduler = { preview, install, remove, holds, inspect };

function preview(job: Job): readonly Piece[] | Untellable {
  const lines = formatCrontab(job);
  return typeof lines === 'string' ? [{ place: 'crontab', text: lines }] : lines;
}

function install(job: Job, desk: Desk): string | null {
  const lines = formatCrontab(job);
  if (typeof lines !== 'string') return lines.why;
  const before = readCrontab(desk);
  if (before.kind === 'failed') return before.why;
  const after = putInCrontab(before.crontab, job.label, Buffer.from(lines).toString('latin1'));
  return typeof after === 'string' ? writeCrontab(after, desk) : after.why;
}

function remove(label: string, desk: Desk): string | null {
  const before = readCrontab(desk);
  if (before.kind === 'failed') return before.why;
  const after = takeFromCrontab(before.crontab, label);
  if ('kind' in after) return after.why;
  return after.lines === null ? null : writeCrontab(after.crontab, desk);
}

function holds(label: string, desk: Desk): boolean {
  const read = readCrontab(desk);
  if (read.kind === 'failed') return false;
  const taken = takeFromCrontab(read.crontab, label);
  return 'kind' in taken || taken.lines !== null;
}

function inspect(job: Job, desk: Desk): Standing {
  const read = readCrontab(desk);
  if (read.kind === 'failed') return 'unknown';
  const taken = takeFromCrontab(read.crontab, job.label);
  if ('kind' in taken) return 'changed';
  if (taken.lines === null) return 'absent';
  const lines = formatCrontab(job);
  return typeof lines === 'string' && Buffer.from(lines).toString('latin1') === taken.lines ? 'installed' : 'changed';
}

function readCrontab(desk: Desk): { readonly kind: 'read'; readonly crontab: string } | { readonly kind: 'failed'; readonly why: string } {
  const called = callProgram('crontab', ['-l'], desk);
  if (called.kind === 'done') return { kind: 'read', crontab: called.stdout.toString('latin1') };
  // No cron has an exit code of its own for it (POSIX crontab names none).
  return /\bno crontab for\b/i.test(called.why) ? { kind: 'read', crontab: '' } : called;
}

/** An empty crontab is none: `crontab -` would keep an empty one. */
function writeCrontab(crontab: string, desk: Desk): string | null {
  const called =
    crontab === '' ? callProgram('crontab', ['-r'], desk) : callProgram('crontab', ['-'], desk, Buffer.from(crontab, 'latin1'));
  return called.kind === 'done' ? null : called.why;
}
