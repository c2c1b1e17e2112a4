import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OUTLOOP } from '../helpers/entry.js';
import { cronCommand, furnish, makeSandbox, type Sandbox } from './sandbox.js';
import { HAS_TERMINAL, typeOnTerminal } from './terminal.js';

let box: Sandbox;

beforeAll(async () => {
  box = makeSandbox();
  await furnish(box);
  box.program('outloop', `#!/bin/sh\nexec '${OUTLOOP}' "$@"\n`);
}, 240_000);
afterAll(() => box.remove());

const schedule = (name: string, alias: string, ...params: string[]) =>
  box.attempt(['schedule', 'add', name, '--when', '30 2 * * *', '--yes', alias, ...params], { cwd: box.folder });
/** As cron starts it. The firing's record is the line on standard output. */
const fire = async (name: string) => {
  const { stdout } = await box.spawn('/bin/sh', ['-c', `${cronCommand(box.crontab(), name)} --json`], { cwd: '/' });
  return JSON.parse(stdout) as Record<string, unknown>;
};
const requests = async () =>
  (JSON.parse((await box.setUp(['requests', 'list', '--json'])).stdout) as { requests: Record<string, unknown>[] }).requests;

describe('a schedule', () => {
  test('whose grant asks for a session is not made: it is never in one', async () => {
    await box.setUp(['grant', 'remove', 'acme', 'reports', '--yes']);
    await box.setUp(['grant', 'add', 'acme', '--id', 'seated', '--permit', 'demo.*', '--bind', 'token=bot', '--require-session', '--yes']);
    const made = await schedule('seated', 'demo.report.make', 'month=1');
    expect(made).toMatchObject({ exit: 1, stderr: expect.stringContaining('ALIAS_NOT_ALLOWED') });
    await box.setUp(['grant', 'remove', 'acme', 'seated', '--yes']);
  });

  test.skipIf(!HAS_TERMINAL)(
    'whose grant asks for approval waits for nobody: it is refused until a person has approved, and then runs once',
    async () => {
      await box.setUp([
        'grant',
        'add',
        'acme',
        '--id',
        'asked',
        '--permit',
        'demo.*',
        '--bind',
        'token=bot',
        '--approve',
        'always-ask',
        '--yes',
      ]);
      expect(await schedule('asking', 'demo.report.make', 'month=2')).toMatchObject({
        exit: 0,
        stderr: expect.stringContaining(
          'outloop: warning: grant asked asks for an approval: a firing is APPROVAL_REQUIRED until a person has approved its request\n',
        ),
      });
      const wouldEnd = async () => (JSON.parse((await box.setUp(['schedule', 'show', 'asking', '--json'])).stdout) as { now: unknown }).now;
      expect(await wouldEnd()).toMatchObject({ code: 'APPROVAL_REQUIRED', exit: 107 });
      expect(await requests()).toEqual([]);

      expect(await fire('asking')).toMatchObject({
        code: 'APPROVAL_REQUIRED',
        exit: 107,
        backend_called: false,
        principal: 'schedule:asking',
      });
      expect(await fire('asking')).toMatchObject({ code: 'APPROVAL_REQUIRED' });
      const [asked, ...others] = await requests();
      expect(asked).toMatchObject({ principal: 'schedule:asking', alias: 'demo.report.make', times: 2 });
      expect(others).toEqual([]);
      const lines = JSON.parse((await box.setUp(['schedule', 'list', '--json'])).stdout) as Record<string, unknown>[];
      expect(lines[0]).toMatchObject({ name: 'asking', condition: 'refused', last: { code: 'APPROVAL_REQUIRED' } });

      const approved = await typeOnTerminal({ path: box.home }, `exec outloop requests approve ${String(asked?.['id'])} --yes`);
      expect(approved).toMatchObject({ exit: 0 });
      expect(await wouldEnd()).toMatchObject({ code: 'OK' });
      expect(await fire('asking')).toMatchObject({ code: 'OK', exit: 0 });
      expect(await fire('asking')).toMatchObject({ code: 'APPROVAL_REQUIRED' });
    },
  );

  test('whose alias no grant permits any more asks nobody, whatever the settings let callers ask', async () => {
    const before = await requests();
    await box.setUp(['grant', 'remove', 'acme', 'asked', '--yes']);
    writeFileSync(join(box.state, 'settings.yaml'), 'version: 1\nrequestUngranted: true\n', { mode: 0o600 });
    expect(await fire('asking')).toMatchObject({ code: 'ALIAS_NOT_ALLOWED', exit: 105 });
    // What permitted it is gone, so it cannot be approved any more.
    expect(await requests()).toEqual(before.map((one: object) => ({ ...one, state: 'changed' })));
    expect(await schedule('ungranted', 'demo.report.make', 'month=3')).toMatchObject({ exit: 1 });
  });
});
