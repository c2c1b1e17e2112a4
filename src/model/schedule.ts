import type { AliasName, GrantId, LinkId, ProjectName, ScheduleName, TenantName } from './ids.js';
import type { GivenParam, RunRecord } from './run.js';

/** Where a schedule's token stands in the environment of a firing that its scheduler starts. */
export const SCHEDULE_VARIABLE = 'OUTLOOP_SCHEDULE';

/** Who starts a schedule's firings. */
export type SchedulerName = 'cron' | 'systemd' | 'launchd';
export const SCHEDULER_NAMES: readonly SchedulerName[] = ['cron', 'systemd', 'launchd'];

/** A permission that was decided when the schedule was made. Each firing must find all of it as it was then. */
export type Schedule = {
  readonly name: ScheduleName;
  /** Five fields as crontab(5) has them, in the machine's local time. */
  readonly when: string;
  readonly on: SchedulerName;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
  readonly folder: ScheduledFolder;
  readonly alias: AliasName;
  /** The alias's `definition`. */
  readonly definition: string;
  readonly params: readonly GivenParam[];
  readonly extra: readonly string[];
  readonly timeoutMs: number | null;
  /** The grants that determined the decision, each with its `definition`. */
  readonly grants: readonly { readonly id: GrantId; readonly definition: string }[];
  /** At that moment it is over; null: never. */
  readonly expiresMs: number | null;
  /** A command for firings that did not go well: an absolute path and its arguments. Null: none. */
  readonly notify: readonly string[] | null;
};

/** The folder that a schedule runs in, with the link that it had. `sha256` is of the link file's bytes. */
export type ScheduledFolder = {
  readonly directory: string;
  readonly inode: string;
  readonly link: LinkId;
  readonly sha256: string;
  readonly tenant: TenantName;
  readonly project: ProjectName;
};

/** How a firing ended. `atMs`: when that was. */
export type Firing = Pick<RunRecord, 'run' | 'code' | 'exit' | 'reason'> & { readonly atMs: number };
