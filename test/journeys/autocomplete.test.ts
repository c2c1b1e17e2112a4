import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHome, type Home } from '../helpers/outloop.js';

const WRITTEN = 'outloop: completion is written for bash, zsh, powershell. Type ';
const BASH = 'outloop autocomplete script bash >> ~/.bashrc\n';

let home: Home;
beforeAll(() => {
  home = makeHome();
});
afterAll(() => home.remove());

const complete = (args: readonly string[], shell?: string) =>
  home.outloop(['autocomplete', ...args], { env: { HOME: home.directory, SHELL: shell } });

describe('outloop autocomplete', () => {
  test.concurrent.each([
    [[], '/bin/bash', BASH],
    [[], '/usr/bin/zsh', 'outloop autocomplete script zsh >> ~/.zshrc\n'],
    [['bash'], '/usr/bin/fish', BASH],
  ])('%j shows one line for the shell (SHELL is %s)', async (args, shell, line) => {
    expect(await complete(args, shell)).toMatchObject({ exit: 0, stdout: line, stderr: `${WRITTEN}this once:\n` });
  });

  test.concurrent.each([undefined, '/usr/bin/fish'])('shows the line of each where SHELL is %s', async (shell) => {
    const { exit, stdout, stderr } = await complete([], shell);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: `${WRITTEN}the line of your shell once:\n` });
    expect(stdout).toContain(BASH);
    expect(stdout.split('\n')).toHaveLength(4);
  });

  test.concurrent.each([
    [['fish'], 'the argument is one of bash, zsh, powershell'],
    [['--json'], 'there is no flag --json'],
    [['bash', 'zsh'], 'there are more arguments than this command takes'],
  ])('%j is a usage error', async (args, said) => {
    expect(await complete(args)).toMatchObject({ exit: 2, stdout: '', stderr: `outloop: ${said}. Next: repeat it with --help\n` });
  });

  test('its line can be copied, and what is appended after it holds too', async () => {
    const { stdout } = await complete(['bash']);
    home.put('.bashrc', 'export BEFORE=1\n');
    const env = { HOME: home.directory, SHELL: '/bin/bash' };
    const { stderr } = await home.shell(`${stdout}echo 'export AFTER=2' >> ~/.bashrc`, { cwd: home.directory, env });
    expect(stderr).toBe('');
    const words = 'COMP_WORDS=(outloop tenant ""); COMP_CWORD=2; _outloop_autocomplete; echo "${COMPREPLY[*]}"';
    const line = `. ~/.bashrc; echo "$BEFORE $AFTER"; complete -p outloop; ${words}`;
    const shell = spawnSync('/bin/bash', ['--norc', '-c', line], { env: { ...env, PATH: process.env['PATH'] }, encoding: 'utf8' });
    expect(shell.stdout).toMatch(/^1 2\ncomplete .*outloop\n.*\badd\b.*\n$/);
    expect(shell.stderr).toBe('');
  });
});
