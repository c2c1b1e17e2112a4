import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveHttp, type TestServer } from '../fixtures/http/servers.js';
import { makeDemo } from '../helpers/demo.js';
import { isRunning, OUTLOOP, until, waitFor, waitForText, type Home } from '../helpers/outloop.js';
import { commandOnTerminal, onTerminal, whyNoTerminal } from '../helpers/terminal.js';

let home: Home;
let server: TestServer;
let streaming = 0;
const hanging = new Set<string>();

beforeAll(async () => {
  server = await serveHttp((request, response) => {
    if (request.url === '/stream') {
      streaming++;
      response.on('close', () => streaming--);
      const more = (): void => {
        while (response.write('a line of an answer that does not end\n'));
        response.once('drain', more);
      };
      more();
    } else if (request.url?.startsWith('/hang') === true) hanging.add(request.url);
    else response.end('{"name":"x"}');
  });
  home = await makeDemo({
    base: `http://127.0.0.1:${server.port}`,
    aliases: `  demo.stream.get: { title: Endless, effect: read, http: { method: GET, path: /stream }, limits: { maxBytes: 1073741824 } }
  demo.part.get: { title: Endless and limited, effect: read, http: { method: GET, path: /stream }, limits: { maxBytes: 5000 } }
  demo.hang.get: { title: Silent, effect: read, http: { method: GET, path: /hang } }
  demo.hang-more.get: { title: Silent as well, effect: read, http: { method: GET, path: /hang-more } }
  demo.name.get: { title: Name, effect: read, http: { method: GET, path: /name }, response: { select: name } }
  demo.big: { title: Much output, effect: read, params: { verb: { type: string, default: big }, size: { type: string } }, command: { argv: [TOOL, '{verb}', '{size}'] }, limits: { maxBytes: 1073741824 } }
  demo.little: { title: Little output, effect: read, params: { verb: { type: string }, size: { type: string, default: '' } }, command: { argv: [TOOL, '{verb}', '{size}'] }, limits: { maxBytes: 5000 } }
`,
  });
});
afterAll(async () => {
  await server.close();
  home.remove();
});

const inAcme = () => ({ cwd: home.path('acme') });
const shell = (line: string) => home.shell(line);
/** The most memory that a process has held, in MiB. */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}

/** What a non-blocking pipe holds now. */
function readAvailable(descriptor: number): string {
  const buffer = Buffer.alloc(1024 * 1024);
  try {
    return buffer.toString('latin1', 0, readSync(descriptor, buffer));
  } catch {
    return '';
  }
}

describe('standard input', () => {
  test.concurrent.each([
    ['a pipe', 'printf 12345 | outloop run demo.use verb=count', '5\n'],
    ['a file', 'outloop run demo.use verb=count < notes.txt', '7\n'],
    ['a file that is open for writing too', 'outloop run demo.use verb=count <> notes.txt', '7\n'],
    ['nothing', 'outloop run demo.use verb=count < /dev/null', '0\n'],
    ['closed', 'outloop run demo.use verb=count <&-', '0\n'],
    ['a folder', 'outloop run demo.use verb=none < .', ''],
  ])('reaches the child when it is %s', async (_, line, stdout) => {
    expect(await shell(line)).toEqual({ exit: 0, signal: null, stdout, stderr: '' });
  });

  test.concurrent('reaches the child whole when it is a socket', async () => {
    const input = Buffer.alloc(8 * 1024 * 1024, 'x');
    expect(await home.outloop(['run', 'demo.use', 'verb=count'], { ...inAcme(), input })).toMatchObject({ exit: 0, stdout: '8388608\n' });
  });

  test.concurrent('that a child never reads keeps it from nothing, and is not kept in memory', async () => {
    const child = home.start(['run', 'demo.use', 'verb=hang'], inAcme());
    child.stdin?.on('error', () => undefined);
    let taken = false;
    child.stdin?.write(Buffer.alloc(64 * 1024 * 1024), () => (taken = true));
    const ended = waitFor(child);
    await waitForText(child, 'ready');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(taken).toBe(false);
    expect(peakMemory(child.pid!)).toBeLessThan(150);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ signal: 'SIGTERM' });
  });

  test.concurrent('that is a socket leaves our own output blocking, whoever else writes to it', async () => {
    const child = home.start(['run', 'demo.use', 'verb=hang'], inAcme());
    const ended = waitFor(child);
    await waitForText(child, 'ready');
    // Its end, too, closes a socket of ours.
    child.stdin?.end();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const flags = [1, 2].map((fd) => /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/fdinfo/${fd}`, 'latin1'))?.[1] ?? '');
    expect(flags.map((octal) => parseInt(octal, 8) & constants.O_NONBLOCK)).toEqual([0, 0]);
    child.kill('SIGTERM');
    await ended;
  });

  test.concurrent('that is a socket is blocking again after a signal has ended the run, for whoever reads it next', async () => {
    const outloop = `"${OUTLOOP}"`;
    const line = `${outloop} run demo.use verb=hang & wait $!; grep flags /proc/self/fdinfo/0`;
    const child = spawn('/bin/bash', ['-c', `set -m; ${line.replace('&', '<&0 &')}`], {
      ...inAcme(),
      env: { PATH: process.env['PATH'], OUTLOOP_HOME: home.state },
    });
    const ended = waitFor(child);
    await waitForText(child, 'ready');
    execFileSync('pkill', ['-TERM', '-P', String(child.pid)]);
    const { stdout } = await ended;
    expect(parseInt(/^flags:\s+(\d+)/m.exec(stdout)?.[1] ?? '', 8) & constants.O_NONBLOCK).toBe(0);
  });

  test.concurrent('is taken by --params - alone', async () => {
    const ended = await home.outloop(['run', 'demo.use', '--params', '-'], { ...inAcme(), input: '{"verb":"count"}' });
    expect(ended).toMatchObject({ exit: 0, stdout: '0\n' });
  });
});

const noTerminal = whyNoTerminal();
describe.skipIf(noTerminal !== null)(`a terminal${noTerminal === null ? '' : ` (${noTerminal})`}`, () => {
  test.concurrent('gives the child what is typed, up to its end', async () => {
    const steps = [
      ['', 'hello\n'],
      ['hello', '\u0004'],
    ] as const;
    const ended = await onTerminal(home, steps, ['run', 'demo.use', 'verb=count'], inAcme());
    expect(ended).toMatchObject({ exit: 0, stdout: 'hello\n6\n' });
  });

  test.concurrent('interrupts the child', async () => {
    const ended = await onTerminal(home, [['ready', '\u0003']], ['run', 'demo.use', 'verb=polite', 'value=INT'], inAcme());
    expect(ended.exit).toBe(7);
    expect(ended.stdout).toContain('got INT');
  });

  test.concurrent('is not written to past the redactor', async () => {
    const ended = await onTerminal(home, [], ['run', 'demo.use', 'verb=write-in'], inAcme());
    expect(ended.stdout).toBe('[redacted:bot]\n');
  });

  test.concurrent('that another job gets meanwhile is left alone from then on', async () => {
    // A word already stands there when the run goes on: whoever reads first takes it, and from another job's place is stopped for that.
    const line = `set -m; "${OUTLOOP}" run demo.use verb=hang; echo now; read -r first; bg >/dev/null; sleep 0.5; read -r word; jobs; kill %1; wait; echo "read $word"`;
    const steps = [
      ['ready', '\u001a'],
      ['now', 'first\na word\n'],
    ] as const;
    const ended = await commandOnTerminal(home, steps, ['/bin/bash', '-c', line], inAcme());
    expect(ended.stdout).toContain('Running');
    expect(ended.stdout).toContain('read a word');
  });

  test.concurrent('that comes back to the run is read on', async () => {
    const line = `set -m; "${OUTLOOP}" run demo.use verb=ready-count; echo now; read -r first; fg >/dev/null; echo "ended $?"`;
    const steps = [
      ['ready', '\u001a'],
      ['now', 'first\na word\n'],
      ['a word', '\u0004'],
    ] as const;
    const ended = await commandOnTerminal(home, steps, ['/bin/bash', '-c', line], inAcme());
    expect(ended.stdout).toContain('7\nended 0\n');
  });

  test.concurrent('that another job holds is left alone', async () => {
    const line = `set -m; "${OUTLOOP}" run demo.use verb=hang & read -r word; jobs; kill %1; wait; echo "read $word"`;
    const ended = await commandOnTerminal(home, [['ready', 'a word\n']], ['/bin/bash', '-c', line], inAcme());
    expect(ended.stdout).toContain('Running');
    expect(ended.stdout).toContain('read a word');
  });
});

describe('standard output', () => {
  test.concurrent('whose reader has gone ends the child', async () => {
    const { stdout } = await shell('outloop run demo.use verb=flood | head -1; echo "${PIPESTATUS[@]}"');
    expect(stdout).toBe('y\n141 0\n');
    const errors = await shell('outloop run demo.use verb=flood-err 2>&1 >/dev/null | head -1; echo "${PIPESTATUS[@]}"');
    expect(errors.stdout).toBe('y\n141 0\n');
  });

  test.concurrent('whose reader has gone ends an answer that is passed on', async () => {
    const { stdout } = await shell('outloop run demo.stream.get | head -1; echo "${PIPESTATUS[@]}"');
    expect(stdout).toBe('a line of an answer that does not end\n141 0\n');
    await until(() => streaming === 0);
  });

  test.concurrent.each([
    ['a command', 'demo.use verb=print'],
    ['an answer', 'demo.stream.get'],
    ['a selected answer', 'demo.name.get'],
    ['an envelope', 'demo.use verb=print --json'],
  ])('that is full withholds the output of %s and says so', async (_, args) => {
    const { exit, stderr } = await shell(`outloop run ${args} > /dev/full`);
    expect(exit).toBe(117);
    expect(stderr).toMatch(/^outloop: ended OUTPUT_WITHHELD \(117\) run=\w{26}: .*standard output cannot be written \(ENOSPC\).*\n$/);
  });

  test.concurrent.each([
    ['a command', ['demo.use', 'verb=flood']],
    ['an answer', ['demo.stream.get']],
  ])('that nobody reads any more keeps a signal from nothing: %s', async (_, args) => {
    const child = home.start(['run', ...args], inAcme());
    child.stdin?.end();
    await until(() => Number(child.stdout?.readableLength) > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const exited = new Promise((resolve) => child.once('exit', (exit, signal) => resolve({ exit, signal })));
    child.kill('SIGTERM');
    expect(await exited).toEqual({ exit: null, signal: 'SIGTERM' });
    child.stdout?.destroy();
  });

  test.concurrent('that is longer than an envelope can be is withheld, and the envelope says so', async () => {
    const { exit, stdout } = await shell('outloop run demo.big verb=zeros size=95000000 --json');
    expect(exit).toBe(117);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'OUTPUT_WITHHELD', exit: 117 });
  });

  test.concurrent('that is full does not make a denial anything else', async () => {
    const { exit, stderr } = await shell('outloop run demo.lost --json > /dev/full');
    expect(exit).toBe(105);
    expect(stderr).toContain('denied ALIAS_UNKNOWN (105)');
  });

  test.concurrent('that is full is no permit', async () => {
    expect((await shell('outloop run demo.use verb=print --dry-run --json > /dev/full')).exit).toBe(119);
  });

  test.concurrent.each(['>&-', '2>&-', '<&- >&- 2>&-'])('may be closed (%s)', async (closed) => {
    const { exit, stderr } = await shell(`outloop run demo.use verb=speak ${closed}`);
    expect(exit).toBe(0);
    expect(stderr).toBe(closed === '>&-' ? 'child| outloop: denied\n' : '');
  });

  test.concurrent('and standard error can be opened by the child as what they are', async () => {
    expect(await shell('outloop run demo.use verb=devices')).toMatchObject({ exit: 0, stdout: 'out\nboth\n', stderr: 'err\nboth\n' });
  });

  test.concurrent('that is read in fits and starts gets every byte in its place', async () => {
    const child = home.start(['run', 'demo.big', 'verb=numbers', 'size=3000000'], inAcme());
    child.stdin?.end();
    const hash = createHash('sha256');
    child.stdout?.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      if (chunk[0]! % 7 !== 0) return;
      child.stdout?.pause();
      setTimeout(() => child.stdout?.resume(), 3);
    });
    await new Promise((resolve) => child.once('close', resolve));
    const all = execFileSync('seq', ['1', '3000000'], { maxBuffer: 100_000_000 });
    expect(hash.digest('hex')).toBe(createHash('sha256').update(all).digest('hex'));
  });

  test.concurrent('that is read slowly gets all of it, and it is not kept in memory', async () => {
    const child = home.start(['run', 'demo.big', 'size=100000000'], inAcme());
    child.stdin?.end();
    let size = 0;
    let memory = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > 50_000_000 && memory === 0) {
        child.stdout?.pause();
        setTimeout(() => {
          memory = peakMemory(child.pid!);
          child.stdout?.resume();
        }, 500);
        memory = -1;
      }
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(size).toBe(100_000_000);
    expect(memory).toBeLessThan(150);
  });
});

/** A pipe that holds as much as it can, with both ends, neither of which blocks. */
function fillPipe(name: string): { readonly fifo: string; readonly reader: number; readonly writer: number } {
  const fifo = home.path(name);
  execFileSync('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  expect(() => {
    for (;;) writeSync(writer, Buffer.alloc(4096, 'x'));
  }).toThrow('EAGAIN');
  return { fifo, reader, writer };
}

describe('standard error', () => {
  test.concurrent.each([
    ['half of a line', 'half', '', 'half a line\n'],
    ['half of a line, with GitHub reading along', 'half', 'GITHUB_ACTIONS=true', 'half a line\n::error .*\n'],
    ['a whole line', 'whole', '', 'a line\n'],
    ['nothing', 'half-out', '', ''],
  ])('begins our line anew where the child wrote %s', async (_, verb, variable, before) => {
    const { stdout, stderr } = await shell(`${variable} outloop run demo.use verb=${verb} value=104`);
    expect(stderr).toMatch(new RegExp(`^${before}outloop: ended CHILD_EXIT_RESERVED .*\\n$`));
    expect(stdout).toBe(verb === 'whole' ? 'a line\n' : 'half a line');
  });

  test.concurrent.each(['half-out', 'half', 'whole'])('begins our line anew where standard output is the same: %s', async (verb) => {
    const { stdout } = await shell(`outloop run demo.use verb=${verb} value=104 2>&1`);
    const [before] = /^(?:half )?a line[^]*\noutloop: ended CHILD_EXIT_RESERVED .*\n$/.exec(stdout) ?? [];
    expect(before).toBe(stdout);
    expect(stdout).not.toContain('\n\n');
  });

  test.concurrent('gets nothing of ours where the action’s own end says all', async () => {
    expect(await shell('outloop run demo.use verb=half value=3')).toMatchObject({ exit: 3, stdout: 'half a line', stderr: 'half a line' });
  });

  test.concurrent('that takes nothing for a moment, as a full pipe that does not block, gets our line all the same', async () => {
    const { reader, writer } = fillPipe('full');
    try {
      // Node makes the first three descriptors of a child blocking, a shell leaves them as they are.
      const ended = home.shell('outloop run demo.lost 2>&3', { stdio: ['ignore', 'ignore', 'ignore', writer] });
      // Nothing tells when it has come to its line: it may find the pipe empty, but seldom.
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 500))]);
      let text = '';
      const take = () => (text += readAvailable(reader));
      const taking = setInterval(take, 5);
      expect((await ended).exit).toBe(105);
      clearInterval(taking);
      take();
      expect(text.replaceAll('x', '')).toMatch(/^outloop: denied ALIAS_UNKNOWN .*\n$/);
    } finally {
      closeSync(writer);
      closeSync(reader);
    }
  });

  test.concurrent('that takes nothing at all, as a full pipe that blocks, keeps a signal from nothing', async () => {
    const { fifo, reader, writer } = fillPipe('stuck');
    try {
      const child = home.start(['run', 'demo.lost'], { ...inAcme(), stdio: ['ignore', 'ignore', openSync(fifo, constants.O_WRONLY)] });
      const exited = new Promise((resolve) => child.once('exit', (exit, signal) => resolve({ exit, signal })));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      child.kill('SIGTERM');
      expect(await exited).toEqual({ exit: null, signal: 'SIGTERM' });
    } finally {
      closeSync(writer);
      closeSync(reader);
    }
  });
});

describe('limits', () => {
  test.concurrent('RUN_TIMEOUT ends the whole group, also one that ignores TERM', async () => {
    const child = home.start(['run', 'demo.use', 'verb=deaf', '--timeout', '4s'], inAcme());
    child.stdin?.end();
    const ended = await waitFor(child);
    expect(ended).toMatchObject({ exit: 116, stdout: 'ready\n' });
    expect(ended.stderr).toMatch(/^outloop: ended RUN_TIMEOUT \(116\) run=\w{26}: the action was ended after 4000 ms\. Next: .*\n$/);
  });

  test.concurrent('RUN_TIMEOUT ends a request', async () => {
    expect((await shell('outloop run demo.hang.get --timeout 300ms')).exit).toBe(116);
  });

  test.concurrent('OUTPUT_LIMIT gives what was within it', async () => {
    const { exit, stdout } = await shell('outloop run demo.little verb=flood');
    expect({ exit, size: stdout.length }).toEqual({ exit: 116, size: 5000 });
  });

  test.concurrent.each([
    ['standard output', ['demo.little', 'verb=flood'], { stdout_truncated: true }],
    ['standard error', ['demo.little', 'verb=flood-err'], { stderr_truncated: true }],
    ['an answer', ['demo.part.get'], { stdout_truncated: true }],
    ['nothing', ['demo.use', 'verb=print'], {}],
  ])('--json marks %s that was cut', async (_, [alias = '', ...rest], marks) => {
    const { code, stdout_truncated, stderr_truncated } = await home.record(alias, ...rest);
    expect(JSON.parse(JSON.stringify({ stdout_truncated, stderr_truncated }))).toEqual(marks);
    expect(code).toBe('stdout_truncated' in marks || 'stderr_truncated' in marks ? 'OUTPUT_LIMIT' : 'OK');
  });
});

describe('signals', () => {
  const start = async (alias: string, ...rest: string[]) => {
    const child = home.start(['run', alias, ...rest], inAcme());
    child.stdin?.end();
    return { child, ended: waitFor(child) };
  };

  test.concurrent.each([
    ...(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGALRM', 'SIGVTALRM'] as const).map(
      (name) => [name, { exit: null, signal: name }] as const,
    ),
    // A core dump of outloop could hold the credential.
    ['SIGQUIT', { exit: 131, signal: null }],
    ['SIGXCPU', { exit: 152, signal: null }],
  ] as const)('%s reaches the child and ends outloop as it ended the child', async (name, expected) => {
    const { child, ended } = await start('demo.use', 'verb=hang');
    await waitForText(child, 'ready');
    child.kill(name);
    expect(await ended).toMatchObject(expected);
  });

  test.concurrent('a child that takes a signal ends as it likes', async () => {
    const { child, ended } = await start('demo.use', 'verb=polite', 'value=TERM');
    await waitForText(child, 'ready');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exit: 7, stdout: 'ready\ngot TERM\n' });
  });

  test.concurrent('a signal ends the child’s children with it', async () => {
    const { child, ended } = await start('demo.use', 'verb=family');
    const pid = Number(await waitForText(child, '\n'));
    expect(isRunning(pid)).toBe(true);
    child.kill('SIGTERM');
    expect((await ended).signal).toBe('SIGTERM');
    await until(() => !isRunning(pid));
  });

  test.concurrent('one that comes once the child has ended, while nobody reads what it wrote, ends the wait', async () => {
    const child = home.start(['run', 'demo.big', 'size=1000000000', '--timeout', '1s'], inAcme());
    child.stdin?.end();
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    expect(await ended).toBe('SIGTERM');
    child.stdout?.destroy();
    child.stderr?.destroy();
  });

  test.concurrent('what a child leaves behind is ended with the run', async () => {
    const { ended } = await start('demo.use', 'verb=leave');
    const { exit, stdout } = await ended;
    expect(exit).toBe(0);
    await until(() => !isRunning(Number(stdout)));
  });

  test.concurrent.each([
    ['KILL', { exit: null, signal: 'SIGKILL' }],
    ['TERM', { exit: null, signal: 'SIGTERM' }],
    // A core dump of outloop could hold the credential.
    ['SEGV', { exit: 139, signal: null }],
    ['ABRT', { exit: 134, signal: null }],
    // Node takes it, so it cannot be raised.
    ['USR1', { exit: 138, signal: null }],
  ])('a child that %s ended ends outloop so', async (name, expected) => {
    const { ended } = await start('demo.use', 'verb=die', `value=${name}`);
    expect(await ended).toMatchObject(expected);
  });

  test.concurrent('a signal ends a request, which is on record', async () => {
    const status = openSync(home.put('interrupted', ''), 'w');
    const child = home.start(['run', 'demo.hang-more.get', '--status-fd', '3'], { ...inAcme(), stdio: ['ignore', 'pipe', 'pipe', status] });
    closeSync(status);
    const ended = waitFor(child);
    await until(() => hanging.has('/hang-more'));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exit: null, signal: 'SIGTERM', stderr: '' });
    const record = JSON.parse(readFileSync(home.path('interrupted'), 'utf8'));
    expect(record).toMatchObject({ code: 'CHILD_SIGNALED', origin: 'outloop', exit: 143, child_signal: 'SIGTERM' });
    expect(execFileSync('grep', ['-hc', `"type":"result".*"run":"${record.run}"`, '-r', home.path('state/audit')]).toString()).toContain(
      '1',
    );
  });
});
