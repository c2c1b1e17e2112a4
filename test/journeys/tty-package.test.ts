import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEY, makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';
import { commandOnTerminal, whyNoTerminal } from '../helpers/terminal.js';

const ROOT = join(import.meta.dirname, '../..');
const SCOPE = join(ROOT, 'node_modules/@lydell');
const noTerminal = whyNoTerminal();

describe.skipIf(noTerminal !== null)(`outloop without its optional package${noTerminal === null ? '' : ` (${noTerminal})`}`, () => {
  let home: Home;
  let outloop: string;
  beforeAll(async () => {
    home = await makeDemo({
      aliases: `  demo.tty:
    title: A script on a terminal
    effect: read
    command: { argv: [/bin/sh, -c, 'test -t 1 && echo terminal; echo done'], credentials: { KEY: token }, tty: true }
`,
    });
    const installed = home.path('lib/node_modules/outloop');
    for (const part of ['bin', 'dist', 'templates', 'package.json', 'oclif.manifest.json']) {
      cpSync(join(ROOT, part), join(installed, part), { recursive: true });
    }
    outloop = join(installed, 'dist/outloop');
  });
  afterAll(() => home.remove());

  const typed = (line: string, env = {}) =>
    commandOnTerminal(home, [], ['/bin/sh', '-c', `outloop() { "${outloop}" "$@"; }; ${line}`], {
      cwd: home.path('acme'),
      env,
    });

  test.concurrent('denies it a terminal before the credential is fetched, with a next step', async () => {
    const status = home.path('denied');
    const { exit, stdout } = await typed(`outloop run demo.tty --status-fd 3 3>"${status}"; code=$?; cat "${status}"; exit $code`);
    expect(exit).toBe(110);
    expect(stdout).toMatch(
      /^outloop: denied ISOLATION_UNAVAILABLE \(110\) run=\w+: the child cannot be isolated: it is to have a terminal, and the optional package @lydell\/node-pty is not installed for this system\. Next: /,
    );
    expect(stdout).toContain('"backend_called":false');
    expect(stdout).not.toContain('done');
  });

  test.concurrent('says the same in a rehearsal and when it explains', async () => {
    expect(await typed('outloop run demo.tty --dry-run')).toMatchObject({ exit: 110 });
    expect((await typed('outloop explain demo.tty')).stdout).toMatch(/^deny ISOLATION_UNAVAILABLE \(110\)/m);
  });

  test.concurrent('runs it where there is no terminal to give', async () => {
    expect(await typed('outloop run demo.tty | cat')).toMatchObject({ exit: 0, stdout: 'done\n' });
    expect((await typed('outloop run demo.tty --json')).stdout).toContain('"stdout":"done\\n"');
  });

  test.concurrent('doctor says what is missing, and how it is had', async () => {
    const { exit, stdout } = await typed('outloop doctor');
    expect(exit).toBe(1);
    expect(stdout).toMatch(/terminal +aliases with tty: true cannot run on a terminal: .*not installed.*Fix: npm install/);
  });

  test.concurrent.each([
    ['NODE_PATH', () => ({ NODE_PATH: join(ROOT, 'node_modules') })],
    ['the folder it is run in', () => ({})],
  ])('takes it from no other place: %s', async (_, env) => {
    // What would be found there works, and tells that it was loaded where it is JavaScript.
    for (const modules of [home.path('acme/node_modules'), home.path('node_modules')]) {
      mkdirSync(join(modules, '@lydell'), { recursive: true });
      cpSync(SCOPE, join(modules, '@lydell'), { recursive: true, force: true });
      writeFileSync(
        join(modules, '@lydell/node-pty/index.js'),
        `require('node:fs').writeFileSync(${JSON.stringify(home.path('loaded'))}, '')`,
      );
    }
    const { exit, stdout } = await typed('outloop run demo.tty', env());
    expect(exit).toBe(110);
    expect(stdout).toMatch(/denied ISOLATION_UNAVAILABLE/);
    expect(existsSync(home.path('loaded'))).toBe(false);
  });
});

describe.skipIf(noTerminal !== null)(`outloop with its optional package beside it${noTerminal === null ? '' : ` (${noTerminal})`}`, () => {
  let home: Home;
  beforeAll(async () => {
    home = await makeDemo({
      aliases: `  demo.tty:
    title: On a terminal
    effect: read
    command: { argv: [/bin/sh, -c, 'test -t 1 && echo terminal; read -r x; echo "$x"'], credentials: { KEY: token }, tty: true }
`,
    });
    for (const name of ['lib', 'faulty']) {
      const modules = home.path(name, 'node_modules');
      for (const part of ['bin', 'dist']) cpSync(join(ROOT, part), join(modules, 'outloop', part), { recursive: true });
      cpSync(SCOPE, join(modules, '@lydell'), { recursive: true });
    }
  });
  afterAll(() => home.remove());

  const typed = (installed: string, line: string) => {
    const text = `outloop() { "${home.path(installed, 'node_modules/outloop/dist/outloop')}" "$@"; }; ${line}`;
    return commandOnTerminal(home, [['terminal', 'typed\r']], ['/bin/sh', '-c', text], { cwd: home.path('acme') });
  };

  test.concurrent('gives the terminal', async () => {
    expect(await typed('lib', 'outloop run demo.tty')).toMatchObject({ exit: 0, stdout: 'terminal\ntyped\ntyped\n' });
  });

  test.concurrent('ends a run on an error that nobody caught, and leaves our terminal as it was', async () => {
    const bundle = home.path('faulty/node_modules/outloop/dist/pty.cjs');
    const text = readFileSync(bundle, 'utf8');
    const faulty = text.replace(/write\((\w+)\)\{/, (start) => `${start}throw new Error("${KEY}");`);
    expect(faulty).not.toBe(text);
    writeFileSync(bundle, faulty);
    const { stdout } = await typed('faulty', 'a=$(stty -g); outloop run demo.tty; echo "exit $?"; [ "$a" = "$(stty -g)" ] && echo same');
    expect(stdout).toMatch(/ended INTERNAL_ERROR \(119\)[^\n]*\nexit 119\nsame\n$/);
    expect(stdout).not.toContain(KEY);
  });
});
