import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
});
afterAll(() => home.remove());

const agent = { OUTLOOP_PRINCIPAL: 'agent:test' };
const USAGE = { code: 'USAGE', retryable: false, retry_after_ms: null };

describe('a command with --json that is refused', () => {
  test.each([
    ['aliases', 1, { code: 'LINK_NOT_FOUND', next: { who: 'operator', command: 'outloop link' } }],
    ['tenant show nope', 1, { code: 'TENANT_UNKNOWN', reason: 'tenant nope is not known here' }],
    ['secret list nope', 1, { code: 'TENANT_UNKNOWN' }],
    ['service show nope', 1, { code: null, reason: 'there is no service nope', next: { do: 'outloop service list', command: null } }],
    ['grant list nope', 1, { code: 'TENANT_UNKNOWN' }],
    ['backend check nope', 1, { code: null, reason: 'there is no backend nope' }],
    ['schedule show nope', 1, { code: null }],
    ['requests show req_01JD3Y0000000000000000000A', 1, { code: null }],
    ['agents install claude', 1, { code: null, next: { who: null } }],
    ['agents check /nonexistent', 2, {}],
    ['audit show nope', 2, USAGE],
    ['audit query --limit x', 2, { ...USAGE, reason: 'the command line is not valid: --limit: expected an integer' }],
    ['import env', 2, USAGE],
    ['explain', 2, { ...USAGE, next: { who: 'agent', command: 'outloop help explain' } }],
    ['denials NOPE', 2, USAGE],
    ['aliases --bogus', 2, { ...USAGE, reason: 'the command line is not valid: there is no flag --bogus' }],
  ])('%s says so in one document, and ends with %i', async (line, exit, says) => {
    const ended = await home.attempt([...line.split(' '), '--json'], { env: agent });
    expect(ended).toMatchObject({ exit, stderr: expect.stringMatching(/^outloop: .+\n$/) as string });
    expect(JSON.parse(ended.stdout)).toMatchObject({ ok: false, ...says });
  });

  test('has the reason and the next step of a run that is refused', async () => {
    const how = { env: agent };
    const [menu, ran] = [await home.outloop(['aliases', '--json'], how), await home.outloop(['run', 'demo.use', '--json'], how)];
    const { code, reason, retryable, retry_after_ms, next } = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect([menu.exit, ran.exit]).toEqual([1, 103]);
    expect(JSON.parse(menu.stdout)).toEqual({ ok: false, code, reason, retryable, retry_after_ms, next });
  });

  test.each(['aliases', 'status', 'explain demo.use verb=none'])('%s takes a principal that is none for a usage error', async (line) => {
    const how = { cwd: home.path('acme'), env: agent };
    const { exit, stdout } = await home.attempt([...line.split(' '), '--as', 'nobody', '--json'], how);
    expect({ exit, ...(JSON.parse(stdout) as object) }).toMatchObject({ exit: 2, ok: false, ...USAGE });
    expect(await home.attempt([...line.split(' '), '--as', 'nobody'], how)).toMatchObject({ exit: 2, stdout: '' });
  });

  test('shows what was typed as a run does, without what does something to a terminal', async () => {
    const { stdout } = await home.attempt(['service', 'show', 'a\u001b[31m', '--json'], { env: agent });
    expect(JSON.parse(stdout)).toMatchObject({ reason: String.raw`there is no service a\u{1b}[31m` });
  });

  test('that has an answer besides gives that alone', async () => {
    const { exit, stdout } = await home.attempt(['secret', 'check', 'acme/nope', '--json'], { env: agent });
    expect({ exit, ...(JSON.parse(stdout) as object) }).toMatchObject({ exit: 1, tenant: 'acme', name: 'nope', ok: false });
  });

  test('without --json it says nothing on stdout', async () => {
    expect(await home.attempt(['aliases'], { env: agent })).toMatchObject({ exit: 1, stdout: '' });
    expect(await home.attempt(['service', 'show', '--', '--json'], { env: agent })).toMatchObject({ exit: 1, stdout: '' });
  });
});
