import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Schedule } from '../model/schedule.js';
import type { State } from '../state/open-state.js';

/**
 * What a schedule's scheduler gives to each firing: 32 hex characters under a key of its own from the audit key, bound to the name and the moment
 * at which the schedule was made. A schedule of the same name that is made later has another.
 */
export function makeToken(state: State, { name, createdMs }: Pick<Schedule, 'name' | 'createdMs'>): string {
  const key = createHmac('sha256', state.auditKey).update('outloop schedule token 1').digest();
  return createHmac('sha256', key).update(`${name}\n${createdMs}`).digest('hex').slice(0, 32);
}

/** Whether a token is the schedule's own. */
export function fitsToken(state: State, schedule: Schedule, token: string): boolean {
  const expected = Buffer.from(makeToken(state, schedule));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
