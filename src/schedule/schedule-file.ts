import { createHmac, timingSafeEqual } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatCanonical } from '../model/canonical-json.js';
import { errorCode } from '../model/error-code.js';
import { parseName, type ScheduleName } from '../model/ids.js';
import { isTable, parseStrictJson } from '../model/json-table.js';
import type { Schedule } from '../model/schedule.js';
import type { State } from '../state/open-state.js';
import { readPrivateFile, removePrivateFile, whyUntrusted, writePrivateFile } from '../state/private-file.js';

/** A schedule's file read. `broken`: it is not what outloop wrote; `why` is a clause without a value. */
export type ScheduleFile =
  | { readonly kind: 'schedule'; readonly schedule: Schedule }
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly why: string };

/** Parameters take at most 1 MiB where they are given; escapes in JSON make up to six characters of one. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Reads `schedules/<name>.json` and checks its seal. Throws nothing that a file can cause. */
export function readSchedule(state: State, name: ScheduleName): ScheduleFile {
  const fault = faultOfDirectory(state);
  if (fault === 'absent') return { kind: 'absent' };
  if (fault !== null) return { kind: 'broken', why: `schedules ${fault}` };
  const file = readPrivateFile(pathOf(state, name), { uid: state.uid, maxBytes: MAX_BYTES });
  if (file.kind === 'absent') return file;
  if (file.kind === 'refused') return { kind: 'broken', why: `schedules/${name}.json ${file.why}` };
  const schedule = open(state, file.bytes.toString('utf8'));
  return schedule?.name === name ? { kind: 'schedule', schedule } : { kind: 'broken', why: `schedules/${name}.json was changed` };
}

/** What is wrong with the directory of schedules, as a clause, or null: it is as it should be, or not there. */
export function faultOfSchedules(state: State): string | null {
  const fault = faultOfDirectory(state);
  return fault === null || fault === 'absent' ? null : `schedules ${fault}`;
}

/** The names of all schedules, sorted, the broken ones too. Throws what the file system throws, but for a directory that is not there. */
export function listScheduleNames(state: State): readonly ScheduleName[] {
  if (faultOfDirectory(state) === 'absent') return [];
  return readdirSync(state.paths.schedules)
    .map((file) => (file.endsWith('.json') ? parseName<ScheduleName>(file.slice(0, -'.json'.length)) : null))
    .filter((name) => name !== null)
    .sort();
}

/** Writes a schedule's file in one step, in place of one that is there. Throws the file system's error. */
export function writeSchedule(state: State, schedule: Schedule): void {
  mkdirSync(state.paths.schedules, { recursive: true, mode: 0o700 });
  const sealed = { version: 1, schedule, seal: seal(state, schedule).toString('hex') };
  writePrivateFile(pathOf(state, schedule.name), `${JSON.stringify(sealed)}\n`);
}

/** Takes a schedule's file away. Throws the file system's error. */
export function removeSchedule(state: State, name: ScheduleName): void {
  removePrivateFile(pathOf(state, name));
}

/** What is under the seal is what `writeSchedule` was given, so its shape is trusted. */
function open(state: State, text: string): Schedule | null {
  const value = parseStrictJson(text);
  if (!isTable(value) || value['version'] !== 1 || typeof value['seal'] !== 'string' || !isTable(value['schedule'])) return null;
  if (Object.keys(value).length !== 3) return null;
  const schedule = value['schedule'] as Schedule;
  const given = Buffer.from(value['seal'], 'hex');
  const expected = seal(state, schedule);
  return given.length === expected.length && timingSafeEqual(given, expected) ? schedule : null;
}

/** A key of its own from the audit key, and not from outloop's version: a schedule outlives an update. */
function seal(state: State, schedule: Schedule): Buffer {
  const key = createHmac('sha256', state.auditKey).update('outloop schedule 1').digest();
  return createHmac('sha256', key).update(formatCanonical(schedule)).digest();
}

function pathOf(state: State, name: ScheduleName): string {
  return join(state.paths.schedules, `${name}.json`);
}

function faultOfDirectory(state: State): string | null {
  try {
    const stat = lstatSync(state.paths.schedules, { throwIfNoEntry: false });
    if (stat === undefined) return 'absent';
    return stat.isDirectory() ? whyUntrusted(stat, { uid: state.uid }) : 'is not a directory';
  } catch (error) {
    return `cannot be read (${errorCode(error)})`;
  }
}
