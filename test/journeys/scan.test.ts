import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHome, type MadeHome } from './made-home.js';

const GITHUB = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
const TOKEN = 'abcdef0123456789abcdef';

let made: MadeHome;

function put(path: string, text: string | Buffer): void {
  mkdirSync(dirname(join(made.folder, path)), { recursive: true });
  writeFileSync(join(made.folder, path), text, { mode: 0o600 });
}

type Report = {
  findings: { file: string; line: number; what: string; place: string }[];
  skipped: { path: string; why: string }[];
  unreadable: unknown[];
};
const scan = async (...args: string[]) => {
  const ended = await made.attempt(['scan', ...args, '--json']);
  expect(ended.stdout + ended.stderr).not.toContain(GITHUB);
  expect(ended.stdout + ended.stderr).not.toContain(TOKEN);
  return { exit: ended.exit, report: JSON.parse(ended.stdout) as Report };
};

beforeAll(async () => {
  made = await makeHome();
  put('.env', `PORT=3000\nGITHUB_TOKEN=${GITHUB}\n`);
  put('site/.env.example', 'GITHUB_TOKEN=your-token-here\n');
  put('site/.mcp.json', `{ "mcpServers": { "crm": { "env": { "CRM_TOKEN": "${TOKEN}" } } } }`);
  put('site/src/code.ts', `const token = '${GITHUB}';`);
  put('ops/crontab', `CRM_TOKEN=${TOKEN}\n`);
  put('node_modules/x/.env', `GITHUB_TOKEN=${GITHUB}\n`);
  put('.git/.env', `GITHUB_TOKEN=${GITHUB}\n`);
  put('binary/.env', Buffer.from([0, 1, 2]));
  put('large/.env', Buffer.alloc(17 * 1024 * 1024, 0x61));
  writeFileSync(join(made.home, 'outside.env'), `GITHUB_TOKEN=${GITHUB}\n`);
  symlinkSync(join(made.home, 'outside.env'), join(made.folder, 'linked.env'));
  symlinkSync(join(made.folder, '.env'), join(made.folder, 'inside.env'));
  symlinkSync(made.home, join(made.folder, 'loop'));
  execFileSync('mkfifo', [join(made.folder, 'fifo.env')]);
});

afterAll(() => made?.remove());

describe('outloop scan', () => {
  test('finds keys in a folder, by place and kind, and exits 1', async () => {
    const { exit, report } = await scan(made.folder);
    expect(exit).toBe(1);
    expect(report.findings.map(({ file, line, what, place }) => [file.replace(`${made.folder}/`, ''), line, what, place])).toEqual([
      ['.env', 2, 'GitHub token', 'env'],
      ['ops/crontab', 1, 'token', 'schedule'],
      ['site/.mcp.json', 1, 'token', 'agent'],
    ]);
  });

  test('says what it left out, and follows no link out of the folder', async () => {
    const { report } = await scan(made.folder);
    const said = Object.fromEntries(report.skipped.map(({ path, why }) => [path.replace(`${made.folder}/`, ''), why]));
    expect(said).toEqual({
      node_modules: 'is not looked into',
      '.git': 'is not looked into',
      'linked.env': 'is a link that leads out of the folder, or nowhere',
      'large/.env': 'is larger than 16777216 bytes',
      'binary/.env': 'is not text',
      'fifo.env': 'is not a regular file',
    });
  });

  test('shows each place on a line, and the next step', async () => {
    const { exit, stdout, stderr } = await made.outloop(['scan', made.folder], { env: { DEBUG: '@secretlint/*' } });
    expect(exit).toBe(1);
    expect(stdout.split('\n')[0]).toBe(`${made.folder}/.env:2:14  GitHub token (GITHUB_TOKEN)`);
    expect(stderr).toContain(`next: outloop import env ${made.folder}/.env --tenant acme --replace`);
    expect(stdout + stderr).not.toContain(GITHUB);
  });

  test('says of a backup of import env to delete it, and leaves a tenant open that it cannot know', async () => {
    const backup = join(made.home, 'unlinked', '.env.outloop-backup');
    mkdirSync(join(made.home, 'unlinked'));
    for (const file of [backup, join(made.home, 'unlinked', '.env')]) writeFileSync(file, `GITHUB_TOKEN=${GITHUB}\n`);
    const { stderr } = await made.outloop(['scan', join(made.home, 'unlinked')]);
    expect(stderr).toContain(`next: rm ${backup}, when all is well`);
    expect(stderr).not.toContain(`import env ${backup}`);
    expect(stderr).toContain(`next: outloop import env ${join(made.home, 'unlinked', '.env')} --tenant TENANT --replace`);
  });

  test('without a folder it looks at the linked ones', async () => {
    const { report } = await scan('--no-places');
    expect(report.findings).toHaveLength(3);
  });

  test('looks at the user’s own history where HISTFILE says', async () => {
    const history = join(made.home, 'my-history');
    writeFileSync(history, Buffer.concat([Buffer.from(`ls\nexport CRM_TOKEN=${TOKEN}\n`), Buffer.from([0xff, 10])]), { mode: 0o600 });
    const ended = await made.outloop(['scan', '--kind', 'history', '--json'], { env: { HISTFILE: history } });
    expect(ended.stdout).not.toContain(TOKEN);
    const { findings } = JSON.parse(ended.stdout) as Report;
    expect(findings.filter(({ file }) => file === history)).toMatchObject([{ line: 2, what: 'token', place: 'history' }]);
  });

  test('names of files do nothing to it or to a terminal', async () => {
    const odd = join(made.home, 'odd');
    for (const name of ['a::end', 'with\nbreak']) mkdirSync(join(odd, name), { recursive: true });
    writeFileSync(join(odd, 'a::end/.env.a\nb'), 'PORT=3000\n');
    writeFileSync(join(odd, 'with\nbreak/.env'), `API_TOKEN=${'sk_test_8fJ2kLmN0pQ4rS6t'}\n`);
    const { exit, stderr } = await made.outloop(['scan', odd]);
    expect(exit).toBe(1);
    expect(stderr).toContain('1 key');
    expect(stderr).not.toContain('failed');
    const away = await made.outloop(['scan', join(made.home, 'nowhere\u001b[31m')]);
    expect(away).toMatchObject({ exit: 2, stderr: expect.stringContaining('nowhere\\u{1b}[31m') as string });
    const missing = await made.outloop(['import', 'env', 'x\u001b[31m.env', '--tenant', 'acme', '--dry-run']);
    expect(missing.stderr).toContain('x\\u{1b}[31m.env');
  });

  test('--kind narrows it', async () => {
    const { report } = await scan(made.folder, '--kind', 'agent');
    expect(report.findings.map(({ what }) => what)).toEqual(['token']);
  });

  test('exits 0 where nothing is found, and 2 for a folder that is none', async () => {
    mkdirSync(join(made.home, 'clean'));
    writeFileSync(join(made.home, 'clean/.env'), 'PORT=3000\nTOKEN=${ELSEWHERE}\n');
    expect(await scan(join(made.home, 'clean'))).toMatchObject({ exit: 0, report: { findings: [] } });
    expect((await made.attempt(['scan', join(made.home, 'nowhere')])).exit).toBe(2);
    expect((await made.attempt(['scan', join(made.home, 'clean/.env')])).exit).toBe(2);
    expect((await made.attempt(['scan', '--kind', 'nothing'])).exit).toBe(2);
  });

  test('an agent may run it, and it needs no operator state', async () => {
    const ended = await made.outloop(['scan', made.folder], { env: { CLAUDECODE: '1', OUTLOOP_HOME: join(made.home, 'none') } });
    expect(ended.exit).toBe(1);
    expect(ended.stdout).toContain('.env:2:14');
  });

  test('what it suggests takes the key away', async () => {
    await made.setUp(['import', 'env', join(made.folder, '.env'), '--tenant', 'acme', '--replace', '--yes']);
    const { report } = await scan(made.folder);
    expect(report.findings.map(({ file }) => file)).not.toContain(join(made.folder, '.env'));
  });
});
