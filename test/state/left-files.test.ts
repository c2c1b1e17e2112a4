import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeLeftFiles } from '../../src/state/left-files.js';
import type { State } from '../../src/state/open-state.js';
import { openTemporary } from '../../src/state/private-file.js';
import { put, temporaryState } from './temporary-state.js';

const NOW_MS = Date.UTC(2026, 10, 24);
/** The id of a process that is over. */
const GONE = spawnSync('/bin/true').pid;

let state: State;
let remove: () => void;
beforeEach(() => ({ state, remove } = temporaryState()));
afterEach(() => remove());

/** A file of the state that was written so long before `NOW_MS`. */
function leave(path: string, ageMs = 20_000): string {
  put(path, 'x');
  utimesSync(path, (NOW_MS - ageMs) / 1000, (NOW_MS - ageMs) / 1000);
  return path;
}

test('temporary files of processes that are gone are removed, wherever outloop writes a file of the state', () => {
  const { config, vault, limits, compiled, requests, approvals, schedules, sessions } = state.paths;
  const directories = [config, limits, join(vault, 'acme'), join(vault, '@backends'), compiled, join(compiled, 'services')];
  directories.push(join(requests, 'acme'), join(approvals, 'acme'), schedules, sessions, join(config, 'ci'));
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  const left = directories.map((directory) => leave(join(directory, `.bot.secret.${GONE}-0.tmp`)));
  expect(removeLeftFiles(state, NOW_MS)).toBe(left.length);
  expect(left.filter((path) => existsSync(path))).toEqual([]);
  expect(removeLeftFiles(state, NOW_MS)).toBe(0);
});

test('what a living process writes stays, and what was written just now', () => {
  const [own, descriptor] = openTemporary(join(state.paths.limits, 'acme.rw.json'));
  closeSync(descriptor);
  utimesSync(own, 1, 1);
  const fresh = leave(join(state.paths.limits, `.acme.rw.json.${GONE}-0.tmp`), 5000);
  const ahead = leave(join(state.paths.limits, `.acme.rw.json.${GONE}-1.tmp`), -60_000);
  expect(removeLeftFiles(state, NOW_MS)).toBe(0);
  expect([own, fresh, ahead].filter((path) => !existsSync(path))).toEqual([]);
});

test.each([
  `bot.secret.${GONE}-0.tmp`,
  `.bot.secret.${GONE}.tmp`,
  `.bot.secret.${GONE}-0.tmp.bak`,
  '.bot.secret.x-0.tmp',
  `.${GONE}-0.tmp`,
  'bot.secret',
])('a file that is called %s is none', (name) => {
  const path = leave(join(state.paths.vault, name));
  expect(removeLeftFiles(state, NOW_MS)).toBe(0);
  expect(existsSync(path)).toBe(true);
});

test('a folder or a link of such a name stays, and no link is followed', () => {
  const { vault } = state.paths;
  const name = `.x.${GONE}-0.tmp`;
  const elsewhere = join(state.paths.config, 'elsewhere');
  mkdirSync(elsewhere);
  mkdirSync(join(vault, name));
  leave(join(elsewhere, name));
  symlinkSync(elsewhere, join(vault, 'acme'));
  symlinkSync(join(elsewhere, name), join(state.paths.limits, name));
  expect(removeLeftFiles(state, NOW_MS)).toBe(0);
  expect(readdirSync(elsewhere)).toEqual([name]);
});
