import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MARKERS, makeCiHome, type CiHome } from './ci-home.js';
import { OUTLOOP } from '../helpers/entry.js';
import { normalise, readTranscript } from './transcript.js';

const DOCUMENT = join(import.meta.dirname, '../../docs/callers/ci.md');

let box: CiHome;

beforeAll(async () => {
  box = await makeCiHome();
  await box.setUp(['grant', 'remove', 'acme', 'build', '--yes']);
  writeFileSync(join(box.folder, 'index.html'), 'Welcome\n');
  symlinkSync(OUTLOOP, join(box.home, 'bin/outloop'));
  mkdirSync(join(box.home, 'jobs'), { recursive: true });
}, 120_000);
afterAll(() => box.remove());

test('docs/callers/ci.md says what really happens', async () => {
  const steps = readTranscript(DOCUMENT);
  expect(steps.length).toBeGreaterThan(8);
  const own = { PATH: `${join(box.home, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: box.home, GIT_CONFIG_NOSYSTEM: '1' };
  const author = {
    GIT_AUTHOR_NAME: 'Ann',
    GIT_AUTHOR_EMAIL: 'ann@example.invalid',
    GIT_COMMITTER_NAME: 'Ann',
    GIT_COMMITTER_EMAIL: 'ann@example.invalid',
  };
  let place = { cwd: box.folder, env: { ...own, ...author, OUTLOOP_HOME: box.state } as Record<string, string> };
  for (const { command, output, exit } of steps) {
    // The operator's part ends where a job's begins.
    if (command === 'cd ~/jobs/site') {
      const top = box.checkOut('site');
      const states = {
        OUTLOOP_HOME: join(top, '.outloop-ci'),
        OUTLOOP_STATE: join(box.home, 'jobs/outloop'),
        OUTLOOP_VAULT_KEY: box.secret(),
      };
      place = { cwd: top, env: { ...own, ...MARKERS['github']?.(top), ...states } };
      continue;
    }
    const ended = await box.spawn('/bin/sh', ['-c', command], place);
    const printed = normalise(`${ended.stdout}${ended.stderr}`, box.home);
    expect({ command, printed, exit: ended.exit }).toEqual({ command, printed: output, exit });
  }
}, 180_000);
