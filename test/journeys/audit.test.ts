import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { append } from '../audit/make-log.js';
import { makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';
import { onTerminal, whyNoTerminal } from '../helpers/terminal.js';

const DAY_MS = 86_400_000;

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
  await home.run('demo.use', 'verb=none');
});
afterAll(() => home.remove());

/** A copy of the state, with the path of its log. */
function copyLog(): { readonly copy: Home; readonly log: string } {
  const copy = home.copy();
  const name = readdirSync(join(copy.state, 'audit')).find((entry) => entry.endsWith('.jsonl')) ?? '';
  return { copy, log: join(copy.state, 'audit', name) };
}
/** Puts another word of the same length into a record within the log. */
const edit = (log: string): void =>
  writeFileSync(
    log,
    readFileSync(log, 'utf8').replace(/(?<="action":")[^"]+/, (word) => 'x'.repeat(word.length)),
  );
const cut = (log: string): void => truncateSync(log, statSync(log).size - 40);

describe('the audit log', () => {
  test.concurrent('that was edited within is named by verify, and a repair puts it on record for good', async () => {
    const { copy, log } = copyLog();
    edit(log);
    const broken = await copy.outloop(['audit', 'verify']);
    expect(broken.exit).toBe(1);
    expect(broken.stdout).toMatch(/the chain is broken: \d{4}-\d{2}\.jsonl, line \d+, record \d+: changed/);
    expect(broken.stderr).toBe('outloop: the log is not what outloop wrote. Next: outloop audit repair\n');
    expect((await copy.outloop(['audit', 'verify'], { env: { OUTLOOP_PRINCIPAL: 'agent:test' } })).stderr).not.toContain('repair');
    const repaired = await copy.outloop(['audit', 'repair', '--yes']);
    expect(repaired.exit).toBe(0);
    expect(repaired.stderr).toMatch(/^outloop: a break is to be put on record: \d{4}-\d{2}\.jsonl, line \d+, record \d+: changed\n/);
    const after = await copy.attempt(['audit', 'verify']);
    expect(after.exit).toBe(0);
    expect(after.stdout).toMatch(/acknowledged by a repair: \d{4}-\d{2}\.jsonl, line \d+, record \d+: changed\n/);
    expect(JSON.parse(await copy.setUp(['audit', 'verify', '--json']))).toMatchObject({
      ok: true,
      acknowledged: [{ why: 'changed' }],
    });
    expect((await copy.run('demo.use', 'verb=none')).exit).toBe(0);
  });

  test.concurrent('that has a line which is no record is broken in one place', async () => {
    const { copy, log } = copyLog();
    const [first = '', second = '', ...rest] = readFileSync(log, 'utf8').split('\n');
    writeFileSync(log, [first, 'x'.repeat(second.length), ...rest].join('\n'));
    expect((await copy.attempt(['audit', 'verify'])).stdout).toMatch(/: not-a-record\n$/);
    const repaired = await copy.outloop(['audit', 'repair', '--yes']);
    expect(repaired.stderr).toContain('put 1 break on record');
    await copy.setUp(['audit', 'verify']);
  });

  test.concurrent('tells what was changed, and by whom', async () => {
    const shown = await home.setUp(['audit', 'query', '--type', 'admin']);
    for (const what of ['secret set bot', 'service vet demo', `link ${home.path('acme')}`]) expect(shown).toContain(`  ${what}  `);
  });

  test.concurrent.each([
    ['audit export --run nope', '--run: a run’s id has 26 digits and capital letters; see outloop audit show'],
    ['audit show nope', 'a run’s id has 26 digits and capital letters; see outloop audit show'],
  ])('is asked for nothing that no record can have: %s', async (line, said) => {
    const { exit, stdout, stderr } = await home.shell(`outloop ${line}`);
    expect({ exit, stdout, stderr }).toEqual({ exit: 2, stdout: '', stderr: `outloop: ${said}\n` });
  });

  test.concurrent('whose last record is torn is repaired by the next run, which is on record', async () => {
    const { copy, log } = copyLog();
    appendFileSync(log, '{"v":1,"seq":');
    expect((await copy.run('demo.use', 'verb=none')).exit).toBe(0);
    expect(await copy.setUp(['audit', 'query', '--type', 'repair'])).toContain('cut');
    await copy.setUp(['audit', 'verify']);
  });

  test.concurrent('that was cut short denies every run, until an operator has put it on record', async () => {
    const { copy, log } = copyLog();
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    writeFileSync(log, `${lines.slice(0, -1).join('\n')}\n`);
    const denied = await copy.run('demo.use', 'verb=none');
    expect(denied.exit).toBe(112);
    expect(denied.stderr).toContain('denied AUDIT_CHAIN_BROKEN (112)');
    await copy.setUp(['audit', 'repair', '--yes']);
    expect((await copy.run('demo.use', 'verb=none')).exit).toBe(0);
    expect(await copy.setUp(['audit', 'verify'])).toContain('cut-short');
  });

  test.concurrent('is not repaired for a script without --yes, nor for an agent with it', async () => {
    const { copy, log } = copyLog();
    edit(log);
    const before = readFileSync(log, 'latin1');
    expect((await copy.outloop(['audit', 'repair'])).exit).toBe(2);
    expect((await copy.outloop(['audit', 'repair', '--yes'], { env: { CLAUDECODE: '1' } })).exit).toBe(1);
    expect(readFileSync(log, 'latin1')).toBe(before);
  });

  test.concurrent.each([
    ['an edit', edit],
    ['a cut in its last record', cut],
  ])('with %s can still be read by every command that reads it', async (_, harm) => {
    const { copy, log } = copyLog();
    harm(log);
    for (const line of ['audit show', 'audit query --json', 'audit export', 'audit export --format csv', 'doctor']) {
      const { stderr } = await copy.attempt(line.split(' '));
      expect(stderr).not.toContain('    at ');
      expect(stderr.trimEnd().split('\n').length).toBeLessThan(3);
    }
  });

  test.concurrent('that a clock ran ahead of holds policy’s time fast, until the operator takes it back', async () => {
    const { copy } = copyLog();
    const tenant = join(copy.state, 'tenants/acme.yaml');
    const expires = new Date(Date.now() + 30 * DAY_MS).toISOString();
    writeFileSync(tenant, readFileSync(tenant, 'utf8').replace('{ id: all,', `{ id: all, expires: ${expires},`));
    append(
      join(copy.state, 'audit'),
      [{ type: 'deny', run: 'R', code: 'LINK_NOT_FOUND', secret_exposed: false }],
      Date.now() + 365 * DAY_MS,
    );
    const denied = await copy.run('demo.use', 'verb=none');
    expect(denied.exit).toBe(105);
    expect(denied.stderr).toMatch(/grant all has expired; the audit log is 365 d ahead of the clock/);
    expect((await copy.attempt(['doctor'])).stdout).toMatch(/! +audit +the audit log is .* ahead of this clock.*Fix: outloop audit repair/);

    expect((await copy.outloop(['audit', 'repair', '--yes'], { env: { CLAUDECODE: '1' } })).exit).toBe(1);
    const repaired = await copy.outloop(['audit', 'repair', '--yes']);
    expect(repaired.exit).toBe(0);
    expect(repaired.stderr).toMatch(/^outloop: time is to be taken back by [^:]+: the log is at \S+Z, and this clock at \S+Z\n/);
    expect(repaired.stderr).toContain('policy goes by this clock again');
    expect((await copy.run('demo.use', 'verb=none')).exit).toBe(0);
    expect(await copy.setUp(['audit', 'verify'])).toMatch(/acknowledged by a repair: .*: earlier-time\nthe chain is intact/);
    expect((await copy.attempt(['doctor'])).stdout).not.toContain('ahead of this clock');
  });

  test.concurrent('is told by a repair that found nothing but limit files to settle', async () => {
    const { copy } = copyLog();
    const tenant = join(copy.state, 'tenants/acme.yaml');
    writeFileSync(tenant, readFileSync(tenant, 'utf8').replace('{ id: all,', '{ id: all, limits: { rate: 9/hour },'));
    expect((await copy.run('demo.use', 'verb=none')).exit).toBe(0);
    const limit = join(copy.state, 'limits/acme.all.json');
    writeFileSync(limit, readFileSync(limit, 'utf8').replace(/(?<="starts":\[)\d+/, String(Date.now() + 365 * DAY_MS)));
    const again = copy.copy();

    const repaired = await copy.outloop(['audit', 'repair', '--yes']);
    expect(repaired).toMatchObject({ exit: 0, stderr: expect.stringContaining('in 1 limit file\n') as string });
    expect(repaired.stderr).not.toContain('nothing was changed');
    const asked = async () => JSON.parse((await again.outloop(['audit', 'repair', '--yes', '--json'])).stdout) as object;
    expect(await asked()).toMatchObject({ settled: 1, ended: 0, limits: [] });
    expect(await asked()).toMatchObject({ settled: 0, ended: 0, limits: [] });
    expect((await copy.outloop(['audit', 'repair', '--yes'])).stderr).toContain('nothing was changed');
  });

  const noTerminal = whyNoTerminal();
  test.skipIf(noTerminal !== null)(
    `shows its breaks before a repair asks${noTerminal === null ? '' : ` (${noTerminal})`}`,
    { concurrent: true },
    async () => {
      const { copy, log } = copyLog();
      edit(log);
      const { exit, stdout } = await onTerminal(copy, [['(y/N)', '\r']], ['audit', 'repair']);
      expect(exit).toBe(1);
      expect(stdout.indexOf('a break is to be put on record')).toBeGreaterThanOrEqual(0);
      expect(stdout.indexOf('a break is to be put on record')).toBeLessThan(stdout.indexOf('Repair the audit log?'));
      expect((await copy.attempt(['audit', 'verify'])).exit).toBe(1);
    },
  );
});
