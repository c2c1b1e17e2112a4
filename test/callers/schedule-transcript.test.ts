import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeClientHome, type ClientHome } from './client-home.js';
import { CRONTAB } from './sandbox.js';
import { normalise, readTranscript } from './transcript.js';

const DOCUMENT = join(import.meta.dirname, '../../docs/callers/schedule.md');

let home: ClientHome;
let folder: string;

beforeAll(async () => {
  home = await makeClientHome();
  folder = home.folder('acme');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The crontab of this home.
  writeFileSync(join(home.path, 'bin/crontab'), CRONTAB);
  chmodSync(join(home.path, 'bin/crontab'), 0o755);
  const tool = join(home.path, 'report');
  writeFileSync(tool, '#!/bin/sh\necho "report for $1, by key $KEY"\n', { mode: 0o755 });
  writeFileSync(join(home.path, 'billing.yaml'), billing(tool));
  await home.setUp(['tenant', 'add', 'acme', '--yes']);
  await home.setUp(['secret', 'set', 'acme/key', '--yes'], { input: 'sk_test_acme_8fJ2kLmN0p' });
  await home.setUp(['service', 'add', './billing.yaml', '--yes']);
  await home.setUp(['service', 'vet', 'billing', '--yes']);
  await home.setUp(['link', '--tenant', 'acme', '--project', 'website', '--yes'], { cwd: folder });
}, 120_000);
afterAll(() => home.remove());

function billing(tool: string): string {
  return `version: 1
service: billing
title: Billing
slots: { token: { scheme: bearer, hosts: [service.invalid] } }
aliases:
  billing.report.make:
    title: Make a month's report
    effect: read
    params: { month: { type: string } }
    command: { argv: [${JSON.stringify(tool)}, '{month}'], credentials: { KEY: token } }
`;
}

test('docs/callers/schedule.md says what really happens', async () => {
  const steps = readTranscript(DOCUMENT);
  expect(steps.length).toBeGreaterThan(10);
  for (const { command, output, exit } of steps) {
    const ended = await home.shell(command, { cwd: folder });
    const printed = normalise(`${ended.stdout}${ended.stderr}`, home.path);
    expect({ command, printed, exit: ended.exit }).toEqual({ command, printed: output, exit });
  }
}, 180_000);
