import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { otherGroup } from '../helpers/other-group.js';
import { addClient, addService, makeClientHome, type ClientHome } from './client-home.js';
import { normalise, readTranscript } from './transcript.js';

const BILLING = `version: 1
service: billing
title: Billing
base: BASE
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  billing.invoices.search:
    title: Search every client's invoices
    effect: read
    params: { text: { type: string } }
    http: { method: GET, path: /search, query: { q: '{text}' } }
  billing.invoices.list:
    title: List a client's invoices
    effect: read
    params:
      client: { type: string, pattern: '[a-z]+' }
      state: { type: enum, values: [open, paid], default: open }
    http: { method: GET, path: '/clients/{client}/invoices', query: { state: '{state}' } }
    response: { select: '{asked: asked}' }
`;

let home: ClientHome;
let server: Server;
let folder: string;
const agent = { CLAUDECODE: '1' };

beforeAll(async () => {
  home = await makeClientHome();
  server = await addService(home, 'billing', BILLING);
  folder = await addClient(home, 'acme', [
    ['--id', 'invoices', '--permit', 'billing.invoices.list', '--bind', 'token=key', '--pin', 'client=acme'],
  ]);
  await addClient(home, 'globex', [['--permit', 'billing.invoices.search', '--bind', 'token=key']]);
  mkdirSync(join(folder, '.claude'));
}, 120_000);

afterAll(() => {
  server.close();
  home.remove();
});

describe('docs/callers/agent.md', () => {
  test('says what really happens', async () => {
    const steps = readTranscript(join(import.meta.dirname, '../../docs/callers/agent.md'));
    expect(steps.length).toBeGreaterThan(6);
    // The person's part ends where the document hands over to the agent.
    let env: Record<string, string> = {};
    for (const { command, output, exit } of steps) {
      if (command === 'claude') {
        env = agent;
        continue;
      }
      const ended = await home.shell(command, { cwd: folder, env });
      const printed = normalise(`${ended.stdout}${ended.stderr}`, home.path);
      expect({ command, printed, exit: ended.exit }).toEqual({ command, printed: output, exit });
    }
  }, 180_000);

  test('an agent that knows nothing but what it is told finishes its task by another alias', async () => {
    const told = async (line: string) => JSON.parse((await home.shell(line, { cwd: folder, env: agent })).stdout);
    const refused = await told('outloop run billing.invoices.search text=open --json');
    expect(refused).toMatchObject({ code: 'ALIAS_NOT_ALLOWED', exit: 105, backend_called: false, next: { who: 'agent' } });
    const { aliases } = await told(`${refused.next.command} --json`);
    const other = aliases.find(({ effect, alias }: { effect: string; alias: string }) => effect === 'read' && alias !== refused.alias);
    expect(other.schema.required).toEqual([]);
    expect(await told(`${other.command} --json`)).toMatchObject({
      code: 'OK',
      exit: 0,
      result: { asked: '/clients/acme/invoices?state=open' },
    });
  });
});

test('an agent in a folder that is not linked, with nothing set up, is told of no command that links, adds or sets anything', async () => {
  const bare = join(home.path, 'bare');
  mkdirSync(bare, { mode: 0o700 });
  const env = { ...agent, OUTLOOP_HOME: join(home.path, 'bare-state') };
  const lines = ['init', 'aliases', 'explain a.b', 'status', 'run a.b', 'links', 'tenant list', 'grant list', 'service list'];
  for (const line of [...lines, 'secret list', 'schedule list', 'session list', 'ci init github --dry-run']) {
    const { stdout, stderr } = await home.shell(`outloop ${line}`, { cwd: bare, env });
    expect([line, `${stdout}${stderr}`]).not.toEqual([
      line,
      expect.stringMatching(/(?<!\.)outloop (?:link\b|\w+ (?:add|set)|session start|ci init)/),
    ]);
  }
}, 60_000);

describe('outloop agents install', () => {
  const files = ['CLAUDE.md', '.claude/skills/outloop/SKILL.md', '.claude/settings.json'];
  const read = (file: string) => {
    try {
      return readFileSync(join(home.path, 'own', file), 'latin1');
    } catch {
      return null;
    }
  };
  const install = (args: readonly string[], env: Record<string, string> = {}) =>
    home.attempt(['agents', 'install', 'claude', '--dir', join(home.path, 'own'), ...args], { env });

  beforeAll(() => {
    mkdirSync(join(home.path, 'own/.claude'), { recursive: true });
    writeFileSync(join(home.path, 'own/CLAUDE.md'), '# Ours\r\nno final line break', 'latin1');
    writeFileSync(join(home.path, 'own/.claude/settings.json'), '{ "permissions": { "allow": ["Bash(ls)"] } }', 'latin1');
  });

  test('is an operator’s: an agent is refused, and nobody changes anything without --yes where there is no terminal', async () => {
    const before = files.map(read);
    expect((await install(['--yes'], agent)).exit).toBe(1);
    expect((await install(['--remove', '--yes'], agent)).exit).toBe(1);
    expect((await install([])).exit).toBe(2);
    expect(await install(['--dry-run', '--permissions'], agent)).toMatchObject({ exit: 0 });
    expect(files.map(read)).toEqual(before);
  });

  test('writes, is on record, is written once, and comes out byte for byte', async () => {
    const claude = join(home.path, 'own/CLAUDE.md');
    if (otherGroup !== undefined) chownSync(claude, -1, otherGroup);
    const { gid } = statSync(claude);
    const before = files.map(read);
    const written = await install(['--permissions', '--yes', '--json']);
    expect(JSON.parse(written.stdout)).toMatchObject({
      written: true,
      tools: ['claude'],
      files: [
        { file: 'CLAUDE.md', action: 'change' },
        { file: '.claude/skills/outloop/SKILL.md', action: 'create' },
        { file: '.claude/settings.json', action: 'change' },
      ],
    });
    expect(statSync(claude).gid).toBe(gid);
    const once = files.map(read);
    expect(JSON.parse(once[2] ?? '').permissions.allow).toContain('Bash(ls)');
    const again = await install(['--permissions', '--yes', '--json']);
    expect(JSON.parse(again.stdout).files.map(({ action }: { action: string }) => action)).toEqual(['keep', 'keep', 'keep']);
    expect(files.map(read)).toEqual(once);
    expect(await home.setUp(['audit', 'query', '--json'])).toContain('agents install');
    await home.setUp(['agents', 'check', join(home.path, 'own')]);
    expect((await install(['--remove', '--yes'])).exit).toBe(0);
    const gone = await install(['--remove', '--yes']);
    expect(gone).toMatchObject({ exit: 0, stdout: 'keep    CLAUDE.md\nkeep    .claude/settings.json\n' });
    expect(files.map(read)).toEqual(before);
  });

  test('writes no settings unless they are asked for, and nothing at all where one file is refused', async () => {
    expect((await install(['--yes'])).exit).toBe(0);
    expect(read('.claude/settings.json')).toBe('{ "permissions": { "allow": ["Bash(ls)"] } }');
    expect((await install(['--remove', '--yes'])).exit).toBe(0);
    writeFileSync(join(home.path, 'own/.claude/settings.json'), '{ "permissions": ');
    const refused = await install(['--permissions', '--yes']);
    expect(refused).toMatchObject({ exit: 1 });
    expect(refused.stderr).toContain('outloop: .claude/settings.json:1: it is not valid JSON: mend it first');
    expect(read('CLAUDE.md')).toBe('# Ours\r\nno final line break');
  });
});

describe('outloop agents install, on a terminal', () => {
  /** Types an answer to each question, as a person does once it is shown. */
  function answer(tool: string, answers: readonly string[]): Promise<{ exit: number | null; shown: string }> {
    const env = { PATH: `${join(home.path, 'bin')}:${process.env['PATH'] ?? ''}`, OUTLOOP_HOME: join(home.path, 'state'), TERM: 'dumb' };
    const typed = `outloop agents install ${tool}`;
    const child = spawn('script', ['-qec', typed, '/dev/null'], { cwd: join(home.path, 'typed'), env, stdio: ['pipe', 'pipe', 'inherit'] });
    let shown = '';
    let asked = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      const questions = shown.match(/\((?:y\/N|Y\/n)\)[^\n]*$/gm)?.length ?? 0;
      if (questions > 0 && asked < answers.length && /\((?:y\/N|Y\/n)\)/.test(text)) child.stdin.write(`${answers[asked++]}\r`);
    });
    return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, shown })));
  }

  test.skipIf(process.platform !== 'linux')(
    'asks for the settings, which Enter alone leaves, and then for the whole',
    async () => {
      mkdirSync(join(home.path, 'typed'));
      const plain = await answer('gemini', ['', 'y']);
      expect(plain.shown).toContain('Write its settings too?');
      expect(plain.exit).toBe(0);
      expect(readdirSync(join(home.path, 'typed')).sort()).toEqual(['.gemini', 'GEMINI.md']);
      expect((await answer('gemini', ['y', 'y'])).exit).toBe(0);
      expect(readFileSync(join(home.path, 'typed/.gemini/settings.json'), 'utf8')).toContain('outloop run');
      const generic = await answer('generic', ['n']);
      expect(generic.shown).not.toContain('settings');
      expect(generic.exit).toBe(1);
      expect(readdirSync(join(home.path, 'typed'))).not.toContain('AGENTS.md');
    },
    120_000,
  );
});

describe('outloop agents check', () => {
  test('names places in every linked folder and what to use instead, to an agent too, and never a value', async () => {
    const key = 'q7Zk2vN9xW4mT1bR8sLd';
    writeFileSync(
      join(home.folder('globex'), 'AGENTS.md'),
      `export BILLING_API_KEY=${key}\nRun \`outloop run acme/billing.invoices.list\`.\n`,
    );
    const ended = await home.outloop(['agents', 'check', '--json'], { env: agent });
    expect(ended.exit).toBe(1);
    const { ok, folders } = JSON.parse(ended.stdout);
    expect(ok).toBe(false);
    const globex = folders.find(({ client }: { client: string }) => client === 'globex');
    expect(globex.findings).toEqual([
      { file: 'AGENTS.md', line: 1, column: 8, kind: 'key-variable', name: 'BILLING_API_KEY', instead: ['billing.invoices.search'] },
      {
        file: 'AGENTS.md',
        line: 2,
        column: 18,
        kind: 'other-client',
        name: 'acme/billing.invoices.list',
        instead: ['billing.invoices.search'],
      },
    ]);
    const shown = await home.attempt(['agents', 'check', home.folder('globex')]);
    expect(shown.stdout).toContain(
      `${home.folder('globex')}/AGENTS.md:1:8 key-variable BILLING_API_KEY; use outloop run billing.invoices.search\n`,
    );
    expect(ended.stdout + ended.stderr + shown.stdout + shown.stderr).not.toContain(key);
  });

  test('ends with 2 where it cannot look: a folder that is not there, no folder at all, a broken state', async () => {
    expect((await home.attempt(['agents', 'check', join(home.path, 'gone')])).exit).toBe(2);
    const without = { OUTLOOP_HOME: join(home.path, 'none') };
    expect((await home.attempt(['agents', 'check'], { env: without })).exit).toBe(2);
    expect((await home.attempt(['agents', 'check', home.folder('globex')], { env: without })).exit).toBe(1);
  });
});

describe('an operator’s command that an agent gives', () => {
  const asked = async (line: string) => home.attempt(line.split(' '), { cwd: folder, env: agent });

  test.each([
    'tenant add x',
    'tenant revoke acme',
    'grant remove acme invoices',
    'secret remove acme/key',
    'audit repair',
    'session start --tenant acme -- true',
    'requests approve req_01JD3Y0000000000000000000A',
    'requests approve req_01JD3Y0000000000000000000A --yes',
  ])('%s says that it is an operator’s, and asks for neither --yes nor a terminal', async (line) => {
    const { exit, stderr } = await asked(line);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/agent:claude is an agent, .* Next: an operator runs this command/);
    expect(stderr).not.toMatch(/--yes|your own/);
  });
});
