import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemo } from '../helpers/demo.js';
import { HAS_LAUNCHER } from '../helpers/entry.js';
import { waitFor, waitForText, type Home } from '../helpers/outloop.js';

/** Where Node's inspector listens unless it is told otherwise. */
const INSPECTOR_PORT = 9229;

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
});
afterAll(() => home.remove());

/** Whether a port of this machine is free to listen on. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

describe('the runtime guard', () => {
  test.concurrent.each([
    ['NODE_OPTIONS', '--inspect'],
    ['NODE_OPTIONS', '--no-warnings'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
    ['NODE_DEBUG', 'http'],
    ['NODE_V8_COVERAGE', 'coverage'],
    ['OPENSSL_CONF', '/nonexistent'],
    ['ICU_TIMEZONE_FILES_DIR', '/nonexistent'],
    ['LD_BIND_NOW', '1'],
    ['DYLD_INSERT_LIBRARIES', '/nonexistent'],
    ['SSLKEYLOGFILE', '/nonexistent'],
  ])('names %s=%s and not its value, and asks no backend', async (name, value) => {
    const { stdout } = await home.outloop(['run', 'demo.use', 'verb=print', '--json'], {
      cwd: home.path('acme'),
      env: { [name]: value === 'coverage' ? home.path(value) : value },
    });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({ code: 'RUNTIME_TAMPERED', exit: 110, backend_called: false });
    expect(record.reason).toContain(name);
    expect(record.reason).not.toContain(value === '1' || value === '0' ? '=' : value);
  });

  test.skipIf(!HAS_LAUNCHER).concurrent.each(['run demo.use verb=print', 'status'])('keeps a preload from running: %s', async (line) => {
    const mark = home.path(`preloaded-${line.split(' ')[0]}`);
    const preload = home.put(`${line.split(' ')[0]}.cjs`, `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`);
    const { exit, stderr } = await home.outloop(line.split(' '), { cwd: home.path('acme'), env: { NODE_OPTIONS: `--require=${preload}` } });
    if (line.startsWith('run')) expect(stderr).toMatch(/denied RUNTIME_TAMPERED \(110\) .*NODE_OPTIONS/);
    else expect(exit).toBe(0);
    expect(existsSync(mark)).toBe(false);
  });

  test.concurrent('comes after the arguments: a command line that cannot be read is told first', async () => {
    const { stdout } = await home.outloop(['run', '--bogus', '--json'], { cwd: home.path('acme'), env: { NODE_OPTIONS: '--no-warnings' } });
    expect(JSON.parse(stdout)).toMatchObject({ code: 'USAGE', exit: 102, backend_called: false });
  });

  test.concurrent('takes a larger heap, which editors ask for', async () => {
    const how = { cwd: home.path('acme'), env: { NODE_OPTIONS: '--max-old-space-size=4096' } };
    expect((await home.outloop(['run', 'demo.use', 'verb=none'], how)).exit).toBe(0);
  });

  test('SIGUSR1 opens no inspector and ends nothing', async (context) => {
    // Whoever else has the port would make this test say nothing.
    if (!(await isFree(INSPECTOR_PORT))) return context.skip();
    const child = home.start(['run', 'demo.use', 'verb=polite', 'value=TERM'], { cwd: home.path('acme') });
    child.stdin?.end();
    const ended = waitFor(child);
    await waitForText(child, 'ready');
    for (let sent = 0; sent < 5; sent++) child.kill('SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await isFree(INSPECTOR_PORT)).toBe(true);
    child.kill('SIGTERM');
    const { exit, stderr } = await ended;
    expect(exit).toBe(7);
    expect(stderr).not.toContain('Debugger');
  });
});
