import { mkdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, rethrowBug } from '../model/error-code.js';
import type { ScheduleName } from '../model/ids.js';
import { isTable, parseStrictJson } from '../model/json-table.js';
import type { Firing } from '../model/schedule.js';
import type { State } from '../state/open-state.js';
import { readPrivateFile, writePrivateFile } from '../state/private-file.js';

const MAX_BYTES = 16_384;

/** Keeps how a schedule's last firing ended. Not flushed: the audit log is the record, this is the note that lists read. Null, or why it cannot be written. */
export function writeFiring(state: State, name: ScheduleName, { run, code, exit, reason, atMs }: Firing): string | null {
  try {
    mkdirSync(state.paths.firings, { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ version: 1, run, code, exit, reason, time: new Date(atMs).toISOString() });
    writePrivateFile(pathOf(state, name), `${text}\n`, 0o600, false);
    return null;
  } catch (error) {
    return errorCode(error);
  }
}

/** How a schedule's last firing ended; null: there was none, or the note cannot be read. */
export function readFiring(state: State, name: ScheduleName): Firing | null {
  const file = readPrivateFile(pathOf(state, name), { uid: state.uid, maxBytes: MAX_BYTES });
  if (file.kind !== 'ok') return null;
  const value = parseStrictJson(file.bytes.toString('utf8'));
  if (!isTable(value) || value['version'] !== 1) return null;
  const { run, code, exit, reason, time } = value;
  if (typeof run !== 'string' || typeof code !== 'string' || typeof exit !== 'number' || typeof reason !== 'string') return null;
  const atMs = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(atMs) ? null : { run, code: code as Firing['code'], exit, reason, atMs };
}

/** Forgets it, for a schedule that is made anew or taken away. */
export function removeFiring(state: State, name: ScheduleName): void {
  try {
    unlinkSync(pathOf(state, name));
  } catch (error) {
    rethrowBug(error);
  }
}

function pathOf(state: State, name: ScheduleName): string {
  return join(state.paths.firings, `${name}.json`);
}
