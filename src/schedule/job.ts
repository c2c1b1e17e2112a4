import { hash } from 'node:crypto';
import type { ScheduleName } from '../model/ids.js';
import type { Timing } from './timing.js';

/** What a scheduler is told: a command with its environment, and when. Any text may stand in a word or value but NUL. */
export type Job = {
  /** Told apart from every other schedule of this user: `outloop.<state>.<name>`. */
  readonly label: string;
  readonly name: ScheduleName;
  readonly words: readonly [executable: string, ...args: string[]];
  readonly environment: readonly (readonly [name: string, value: string])[];
  readonly timing: Timing;
};

/** A scheduler cannot be told this job: why, as a clause. */
export type Untellable = { readonly kind: 'untellable'; readonly why: string };

export function untellable(why: string): Untellable {
  return { kind: 'untellable', why };
}

/** A label for a schedule: several states of one user may each have a schedule of that name. */
export function labelSchedule(stateId: string, name: ScheduleName): string {
  return `outloop.${hash('sha256', stateId).slice(0, 8)}.${name}`;
}
