import type { SchedulerName } from '../model/schedule.js';
import { hasProgram, type Desk } from './call-program.js';
import { cronScheduler } from './cron-scheduler.js';
import type { Job, Untellable } from './job.js';
import { launchdScheduler } from './launchd-scheduler.js';
import { systemdScheduler } from './systemd-scheduler.js';

/** A text that a scheduler reads, and where it stands. */
export type Piece = { readonly place: string; readonly text: string };

/** How a job stands with its scheduler. `changed`: what it has is not what it would be told now. `unknown`: it cannot be asked. */
export type Standing = 'installed' | 'changed' | 'absent' | 'unknown';

/** A program of the system that starts commands at given times. What goes wrong is a clause; null is success. */
export type Scheduler = {
  /** What it would be told, without telling it. */
  readonly preview: (job: Job, desk: Desk) => readonly Piece[] | Untellable;
  /** Tells it, in place of what it was told for this label. On failure all is as it was; what is not is said too. */
  readonly install: (job: Job, desk: Desk) => string | null;
  /** Takes a label's job away; null too where there is none. */
  readonly remove: (label: string, desk: Desk) => string | null;
  /** Whether it has anything of a label's job. */
  readonly holds: (label: string, desk: Desk) => boolean;
  readonly inspect: (job: Job, desk: Desk) => Standing;
};

const SCHEDULERS: Readonly<Record<SchedulerName, Scheduler>> = {
  cron: cronScheduler,
  systemd: systemdScheduler,
  launchd: launchdScheduler,
};

export function findScheduler(name: SchedulerName): Scheduler {
  return SCHEDULERS[name];
}

/** The scheduler of this machine, the first that is there; cron where none is, which then says so. */
export function chooseScheduler(desk: Desk): SchedulerName {
  if (hasProgram('launchctl', desk)) return 'launchd';
  return hasProgram('crontab', desk) || !hasProgram('systemctl', desk) ? 'cron' : 'systemd';
}
