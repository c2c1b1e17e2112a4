import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, makeDemo } from '../helpers/demo.js';
import { isRunning, OUTLOOP, until, waitFor, type Home } from '../helpers/outloop.js';
import { commandOnTerminal, onTerminal, PYTHON, whyNoTerminal, type Step } from '../helpers/terminal.js';

const noTerminal = whyNoTerminal();
const ENTER = '\r';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_Z = '\u001a';
/** A loop that ends by a trap alone. */
const WAIT = 'echo ready; while :; do sleep 0.05; done';

describe.skipIf(noTerminal !== null)(`an alias with tty: true${noTerminal === null ? '' : ` (${noTerminal})`}`, () => {
  let home: Home;
  beforeAll(async () => {
    const alias = (name: string, more = '', limits = '{}') => `  demo.${name}:
    title: A script on a terminal
    effect: read
    params: { script: { type: string } }
    command: { argv: [/bin/bash, --norc, -c, '{script}'], credentials: { KEY: token }, tty: true${more} }
    limits: ${limits}
`;
    home = await makeDemo({
      aliases:
        alias('tty') +
        alias('file', ', delivery: file') +
        alias('quick', '', '{ timeoutMs: 1500 }') +
        alias('little', '', '{ maxBytes: 5000 }') +
        alias('much', '', '{ maxBytes: 1073741824 }'),
    });
  });
  afterAll(() => home.remove());

  const inAcme = () => ({ cwd: home.path('acme') });
  /** Runs a script through `outloop run demo.tty` on a terminal. */
  const onTty = (script: string, steps: readonly Step[] = [], alias = 'demo.tty') =>
    onTerminal(home, steps, ['run', alias, `script=${script}`], inAcme());
  /** Runs a line of bash on a terminal, in which `outloop` is the real binary. */
  const shell = (line: string, steps: readonly Step[] = []) => {
    const text = `outloop() { "${OUTLOOP}" "$@"; }; ${line}`;
    return commandOnTerminal(home, steps, ['/bin/bash', '--norc', '-c', text], inAcme());
  };
  const record = (name: string) => JSON.parse(readFileSync(home.path(name), 'utf8')) as Record<string, unknown>;

  describe('gives the child', () => {
    test.concurrent('a terminal as all of its standard streams, which it can open as well', async () => {
      const { stdout } = await onTty('test -t 0 && test -t 1 && test -t 2 && echo all; echo opened >/dev/tty; echo error >&2');
      expect(stdout).toBe('all\nopened\nerror\n');
    });

    test.concurrent('a terminal that is not ours, in a session that is not ours, in whose foreground it is', async () => {
      const ids = `ps -o tty=,sid=,pgid=,tpgid= -p`;
      const { stdout } = await shell(`${ids} $$; outloop run demo.tty script='${ids} $$'`);
      const [ours, its] = stdout
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/));
      expect(its?.[0]).toMatch(/^pts\/\d+$/);
      expect(its?.[0]).not.toBe(ours?.[0]);
      expect(its?.[1]).not.toBe(ours?.[1]);
      expect(new Set(its?.slice(1)).size).toBe(1);
    });

    test.concurrent('no descriptor but those, whatever outloop was started with', async () => {
      const { stdout } = await shell(`exec 5</etc/passwd 19</etc/passwd 33</etc/passwd; outloop run demo.tty script='ls -l /proc/self/fd'`);
      const open = [...stdout.matchAll(/ (\d+) -> (.*)$/gm)].map(([, number, path]) => `${number} ${path}`);
      const terminal = /^0 (\/dev\/pts\/\d+)$/.exec(open[0] ?? '')?.[1] ?? '';
      // The fourth is the folder that ls reads.
      expect(open).toEqual([`0 ${terminal}`, `1 ${terminal}`, `2 ${terminal}`, expect.stringMatching(/^3 \/proc\/\d+\/fd$/)]);
    });

    test.concurrent('umask, core limit, environment and folder as without a terminal', async () => {
      const { stdout } = await onTty('umask; ulimit -c; pwd; ls | wc -l; env | sed s/=.*// | sort | tr "\\n" " "');
      const [umask, core, cwd, files, names] = stdout.split('\n');
      expect({ umask, core, files }).toEqual({ umask: '0077', core: '0', files: '0' });
      expect(cwd).toMatch(/\/work$/);
      // bash puts the last four there.
      expect(names?.trim().split(' ')).toEqual(
        expect.arrayContaining(['HOME', 'KEY', 'LANG', 'PATH', 'TERM', 'TMPDIR', 'XDG_RUNTIME_DIR', 'PWD', 'SHLVL', '_']),
      );
      expect(names).not.toMatch(/OUTLOOP/);
    });

    test.concurrent('our terminal’s size and settings', async () => {
      const { stdout } = await shell(`stty rows 33 cols 111 iutf8 erase ^H; outloop run demo.tty script='stty size; stty -a'`);
      expect(stdout).toMatch(/^33 111\n/);
      expect(stdout).toMatch(/erase = \^H/);
      expect(stdout).toMatch(/ iutf8/);
    });

    test.concurrent('a new size when ours changes', async () => {
      const resizing = '(for n in $(seq 60 200); do sleep 0.1; stty rows 22 cols $n </dev/tty; done) &';
      const { stdout } = await shell(`${resizing} outloop run demo.tty script='trap "stty size; exit" WINCH; ${WAIT}'; kill %1`);
      expect(stdout).toMatch(/^ready\n22 \d+\n$/);
    });
  });

  describe('passes on', () => {
    test.concurrent('a prompt at once, and the answer that is typed', async () => {
      const { exit, stdout } = await onTty('printf "Name: "; read -r name; echo "hello $name"', [['Name: ', `ada${ENTER}`]]);
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'Name: ada\nhello ada\n' });
    });

    test.concurrent('what is typed without showing it, where the child turned the echo off', async () => {
      const { stdout } = await onTty('stty -echo; printf "Password: "; read -r word; echo "${#word}"', [
        ['Password: ', `opensesame${ENTER}`],
      ]);
      expect(stdout).toBe('Password: 10\n');
    });

    test.concurrent('colours and progress bars byte for byte', async () => {
      const { stdout } = await onTty(
        `printf '\\033[31mred\\033[0m\\r\\033[K'; for n in 1 2 3; do printf '\\r%d%%' $n; done; printf '\\a\\n'`,
      );
      expect(stdout).toBe('\u001b[31mred\u001b[0m\r\u001b[K\r1%\r2%\r3%\u0007\n');
    });

    test.concurrent('line feeds alone, where the child draws its screen itself', async () => {
      expect((await onTty(`stty raw; printf 'a\\nb\\r\\n'; stty sane`)).stdout).toBe('a\nb\n');
    });

    test.concurrent('much output whole, to its last byte', async () => {
      const { stdout } = await onTty('seq 1 60000', [], 'demo.much');
      expect(stdout).toBe(Array.from({ length: 60_000 }, (_, n) => `${n + 1}\n`).join(''));
    });

    test.concurrent('more than a terminal holds, to a child that reads it late', async () => {
      const typed = 'x'.repeat(40_000);
      const { stdout } = await onTty('stty raw -echo; echo ready; sleep 1; head -c 40000 | wc -c; stty sane', [['ready', typed]]);
      expect(stdout).toMatch(/40000/);
    });

    test.concurrent('the end of input', async () => {
      const { exit, stdout } = await onTty('echo ready; cat; echo over', [
        ['ready', `x${ENTER}`],
        ['x\r\nx', CTRL_D],
      ]);
      expect(exit).toBe(0);
      expect(stdout).toMatch(/over\n$/);
    });

    test.concurrent.each([
      ['its exit code', 'exit 7', 7],
      ['a code that is outloop’s own as 118', 'exit 105', 118],
      ['the signal that ended it', 'kill -KILL $$', 137],
    ])('%s, and leaves our terminal as it was', async (_, script, exit) => {
      const { stdout } = await shell(
        `a=$(stty -g); outloop run demo.tty script='${script}'; echo "exit $?"; [ "$a" = "$(stty -g)" ] && echo same`,
      );
      expect(stdout).toContain(`exit ${exit}\n`);
      expect(stdout).toMatch(/same\n$/);
    });
  });

  describe('on an interrupt', () => {
    test.concurrent('Ctrl-C is the child’s: it may take it as it likes', async () => {
      const { exit, stdout } = await onTty(`trap 'echo caught; exit 5' INT; ${WAIT}`, [['ready', CTRL_C]]);
      expect(exit).toBe(5);
      expect(stdout).toMatch(/^ready\n\^C.*caught\n$/s);
    });

    test.concurrent('Ctrl-C is a character to a child that wants it as one', async () => {
      const { stdout } = await onTty('stty raw -echo; echo ready; head -c 1 | od -An -tx1; stty sane', [['ready', CTRL_C]]);
      expect(stdout).toMatch(/03/);
    });

    test.concurrent('Ctrl-C that ends the child ends outloop by the same signal, our terminal as it was', async () => {
      const line = `a=$(stty -g); trap : INT; outloop run demo.tty script='${WAIT}'; echo "exit $?"; [ "$a" = "$(stty -g)" ] && echo same`;
      const { stdout } = await shell(line, [['ready', CTRL_C]]);
      expect(stdout).toMatch(/exit 130\nsame\n$/);
    });

    test.concurrent('Ctrl-Z stops neither outloop nor a child without job control', async () => {
      const { exit, stdout } = await onTty('echo ready; read -r x; echo "got $x"', [
        ['ready', CTRL_Z],
        ['^Z', `go${ENTER}`],
      ]);
      expect(exit).toBe(0);
      expect(stdout).toMatch(/got .*go\n$/);
    });

    test.concurrent('a stop from outside gives the terminal back, and it is taken again when outloop goes on', async () => {
      const script = 'stty raw -echo; echo ready; kill -TSTP $PPID; head -c 1 | od -An -tx1; stty sane';
      const again = '(until stty -a </dev/tty | grep -q -- -icanon; do sleep 0.1; done; echo RAW >/dev/tty) &';
      const line = `set -m; outloop run demo.tty script='${script}'; echo "stopped $?"; stty -a | grep -o " icanon" | uniq; ${again} fg %1`;
      const { exit, stdout } = await shell(line, [['RAW', CTRL_C]]);
      expect(stdout).toMatch(/stopped 148\n icanon\n/);
      expect(stdout).toMatch(/ 03/);
      expect(exit).toBe(0);
    });

    test.concurrent.each(['TERM', 'HUP', 'INT'])('SIG%s to outloop reaches the child, and our terminal is as it was', async (name) => {
      const script = `trap "echo got ${name}; exit 9" ${name}; kill -${name} $PPID; ${WAIT}`;
      const { stdout } = await shell(
        `a=$(stty -g); outloop run demo.tty script='${script}'; echo "exit $?"; [ "$a" = "$(stty -g)" ] && echo same`,
      );
      expect(stdout).toMatch(new RegExp(`got ${name}\nexit 9\nsame\n$`));
    });

    test.concurrent('SIGKILL to outloop hangs the child’s terminal up', async () => {
      await shell(`outloop run demo.tty script='echo $$ >${home.path('killed')}; kill -KILL $PPID; sleep 600'; stty sane`);
      const pid = Number(readFileSync(home.path('killed'), 'utf8'));
      await until(() => !isRunning(pid));
    });

    test.concurrent('a terminal that goes takes the child with it', async () => {
      const pidFile = home.path('gone');
      const driver = join(import.meta.dirname, '../fixtures/bin/on-terminal');
      const script = `echo $$ >${pidFile}; ${WAIT}`;
      const command = [OUTLOOP, 'run', 'demo.tty', `script=${script}`];
      const env = { PATH: process.env['PATH'], TERM: 'dumb', OUTLOOP_HOME: home.state };
      const child = spawn(PYTHON ?? 'python3', [driver, '[]', ...command], { ...inAcme(), env, stdio: 'ignore' });
      let pid = 0;
      await until(() => {
        try {
          pid = Number(readFileSync(pidFile, 'utf8'));
        } catch {
          return false;
        }
        return pid > 0;
      });
      child.kill('SIGKILL');
      await until(() => !isRunning(pid));
    });
  });

  describe('holds to', () => {
    test.concurrent('its time limit: everything ends, jobs in groups of their own too, and our terminal is as it was', async () => {
      const script = `set -m; sleep 600 & echo "job $!"; sleep 600`;
      const { stdout } = await shell(
        `a=$(stty -g); outloop run demo.quick script='${script}'; echo "exit $?"; [ "$a" = "$(stty -g)" ] && echo same`,
      );
      expect(stdout).toMatch(/ended RUN_TIMEOUT \(116\)[^\n]*\nexit 116\nsame\n$/);
      const job = Number(/job (\d+)/.exec(stdout)?.[1]);
      expect(job).toBeGreaterThan(1);
      expect(isRunning(job)).toBe(false);
    });

    test.concurrent('its end: a job that it leaves behind ends with it', async () => {
      const { exit, stdout } = await onTty(`set -m; trap '' HUP; sleep 600 & echo "job $!"`);
      expect(exit).toBe(0);
      expect(isRunning(Number(/job (\d+)/.exec(stdout)?.[1]))).toBe(false);
    });

    test.concurrent('its output limit', async () => {
      const { exit, stdout } = await onTty('yes', [], 'demo.little');
      expect(exit).toBe(116);
      expect(stdout).toMatch(/ended OUTPUT_LIMIT \(116\)/);
      expect(stdout.match(/^y$/gm)?.length).toBeGreaterThan(1000);
      expect(stdout.length).toBeLessThan(5500);
    });
  });

  test.concurrent('a terminal that shows nothing any more keeps no signal from ending it', async () => {
    const unread = `import os, pty, signal, sys, time
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
time.sleep(5)
os.kill(pid, signal.SIGTERM)
time.sleep(5)
print(os.waitpid(pid, os.WNOHANG)[0] == pid and 'ended' or 'stuck')
os.kill(pid, signal.SIGKILL)`;
    const command = [OUTLOOP, 'run', 'demo.quick', 'script=yes'];
    const env = { PATH: process.env['PATH'], TERM: 'dumb', OUTLOOP_HOME: home.state };
    const { stdout } = await waitFor(
      spawn(PYTHON ?? 'python3', ['-c', unread, ...command], { ...inAcme(), env, stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    expect(stdout).toBe('ended\n');
  });

  describe('hides the credential', () => {
    test.concurrent.each([
      ['as it is', 'echo $KEY'],
      ['on stderr', 'echo $KEY >&2'],
      ['on the terminal itself', 'echo $KEY >/dev/tty'],
      ['in colour', `printf '\\033[1m%s\\033[0m%s\\n' "\${KEY:0:9}" "\${KEY:9}"`],
      ['character by character', 'for ((n = 0; n < ${#KEY}; n++)); do printf "\\033[32m%s\\033[0m" "${KEY:n:1}"; sleep 0.02; done; echo'],
      ['wrapped', 'echo $KEY | fold -w 7'],
      ['in base64', 'printf %s $KEY | base64'],
    ])('that the child prints %s', async (_, script) => {
      const { stdout } = await onTty(`echo before; ${script}; echo after`);
      expect(stdout).toMatch(/^before\n.*\[redacted:bot\].*after\n$/s);
      for (let at = 0; at + 6 <= KEY.length; at++) if (at >= 8) expect(stdout).not.toContain(KEY.slice(at, at + 6));
    });

    test.concurrent('that is typed, in what the terminal echoes', async () => {
      const { stdout } = await onTty('echo ready; read -r x; [ "$x" = "$KEY" ] && echo equal', [['ready', `${KEY}${ENTER}`]]);
      expect(stdout).toBe('ready\n[redacted:bot]\nequal\n');
    });

    test.concurrent('in a file of its own with delivery: file', async () => {
      expect((await onTty('stat -c %a "$KEY"; cat "$KEY"; echo', [], 'demo.file')).stdout).toBe('600\n[redacted:bot]\n');
    });

    test.concurrent('and counts all of it as stdout, in the record and on the log', async () => {
      const { stdout } = await shell(
        `outloop run demo.tty --status-fd 3 script='echo $KEY; echo $KEY >&2; exit 3' 3>${home.path('counted')}`,
      );
      expect(stdout).toBe('[redacted:bot]\n[redacted:bot]\n');
      const counted = record('counted');
      expect(counted).toMatchObject({
        code: 'CHILD_FAILED',
        exit: 3,
        child_exit: 3,
        delivery: 'env',
        backend_called: true,
        redactions: 2,
        redactions_by: { stdout: 2, stderr: 0 },
      });
      const log = await home.setUp(['audit', 'query', '--json', '--run', String(counted['run'])]);
      expect(log).toMatch(/"redactions_by": \{\s*"stdout": 2,\s*"stderr": 0\s*\}/);
    });
  });

  describe('runs on pipes, as any other', () => {
    const NONE = `test -t 0 || test -t 1 || test -t 2 || ( : >/dev/tty ) 2>/dev/null || echo none`;

    test.concurrent('where our standard output is no terminal', async () => {
      expect((await shell(`outloop run demo.tty script='${NONE}; echo error >&2' 2>/dev/null | cat`)).stdout).toBe('none\n');
    });

    test.concurrent('where it carries the envelope', async () => {
      const { stdout } = await shell(`outloop run demo.tty --json script='${NONE}; echo $KEY >&2'`);
      expect(JSON.parse(stdout)).toMatchObject({ code: 'OK', stdout: 'none\n', stderr: '[redacted:bot]\n', redactions_by: { stderr: 1 } });
    });
  });

  test.concurrent('standard input that is no terminal stays what it is, every byte of it', async () => {
    const script = 'test -t 0 || echo piped; test -t 1 && test -t 2 && echo shown; od -An -tx1';
    const { stdout } = await shell(
      `a=$(stty -g); printf 'a\\003\\004b' | outloop run demo.tty script='${script}'; [ "$a" = "$(stty -g)" ] && echo same`,
    );
    expect(stdout).toBe('piped\nshown\n 61 03 04 62\nsame\n');
  });

  test.concurrent('Ctrl-C reaches it there as well', async () => {
    const { stdout } = await shell(
      `trap : INT; outloop run demo.tty script='trap "echo caught; exit 5" INT; ${WAIT}' </dev/null; echo "exit $?"`,
      [['ready', CTRL_C]],
    );
    expect(stdout).toMatch(/caught\nexit 5\n$/);
  });

  test.concurrent('in the background of the terminal it reads nothing of it', async () => {
    const line = `set -m; outloop run demo.tty script='test -t 0 || echo none; test -t 1 && echo shown' & wait %1; echo "exit $?"`;
    expect((await shell(line)).stdout).toMatch(/none\nshown\n(?:.*\n)*exit 0\n$/);
  });

  test.concurrent('service vet warns of it, service show names it, doctor says that it can be', async () => {
    expect((await home.attempt(['service', 'vet', 'demo', '--yes'])).stderr).toMatch(/warning: demo.tty has a terminal: .*people alone/);
    expect(await home.setUp(['service', 'show', 'demo'])).toMatch(/demo\.tty .*\(on a terminal\)/);
    expect(await home.setUp(['service', 'show', 'demo', '--json'])).toMatch(/"tty": ?true/);
    expect((await home.attempt(['doctor'])).stdout).toMatch(/terminal +aliases with tty: true can have one/);
  });
});
