import { readdirSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addClient, addService, makeClientHome, type ClientHome } from './client-home.js';

const SHOP = `version: 1
service: shop
title: Shop
base: BASE
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  shop.note.add: { title: Add a note, effect: write, params: { note: { type: string }, owner: { type: string } }, http: { method: GET, path: /notes, query: { note: '{note}', owner: '{owner}' } } }
`;
const many = (title: string) =>
  `version: 1\nservice: many\ntitle: Many\nbase: https://many.example.com\naliases:\n` +
  Array.from(
    { length: 600 },
    (_, i) => `  many.thing${i}.get: { title: ${title}, effect: read, http: { method: GET, path: /${i} } }\n`,
  ).join('');

let home: ClientHome;
let server: Server;
const agent = { OUTLOOP_PRINCIPAL: 'agent:test' };

async function menu(): Promise<{ aliases: Record<string, unknown>[] }> {
  const { stdout } = await home.outloop(['aliases', '--json'], { cwd: home.folder('acme'), env: agent });
  return JSON.parse(stdout);
}
const titles = async () => new Set((await menu()).aliases.filter(({ service }) => service === 'many').map(({ title }) => title));

beforeAll(async () => {
  home = await makeClientHome();
  server = await addService(home, 'shop', SHOP);
  (await addService(home, 'many', many('First'))).close();
  await addClient(home, 'acme', [
    ['--id', 'notes', '--permit', 'shop.note.*', '--bind', 'token=key', '--pin', `note=it's $HOME; \`x\` "q"`],
    ['--id', 'many', '--permit', 'many.*'],
  ]);
}, 120_000);

afterAll(() => {
  server.close();
  home.remove();
});

describe('a client that the environment names', () => {
  test('is held against the folder’s own, by a menu as by a run', async () => {
    const asking = { cwd: home.folder('acme'), env: { ...agent, OUTLOOP_TENANT: 'globex' } };
    const menu = await home.outloop(['aliases'], asking);
    const ran = await home.outloop(['run', 'many.thing1.get'], asking);
    const said = 'this folder belongs to tenant acme, and OUTLOOP_TENANT names globex. ';
    expect([menu.exit, ran.exit]).toEqual([1, 104]);
    for (const { stderr } of [menu, ran]) expect(stderr).toContain(said);
    expect(menu.stdout).toBe('');
    expect((await home.outloop(['aliases'], { ...asking, env: { ...agent, OUTLOOP_TENANT: 'acme' } })).exit).toBe(0);
  });
});

describe('extra arguments', () => {
  test('are on the menu of whoever may give them', async () => {
    const tool = (name: string, args: string) =>
      `  tool.thing.${name}: { title: T, effect: read, params: { n: { type: integer } }, ${args}command: { argv: [/bin/echo, '{n}'] } }\n`;
    const text = `version: 1\nservice: tool\ntitle: Tool\naliases:\n${tool('use', "args: { pattern: '[a-z]+', max: 3 }, ")}${tool('show', '')}`;
    (await addService(home, 'tool', text)).close();
    await addClient(home, 'with-args', [['--permit', 'tool.*', '--args']]);
    await addClient(home, 'without', [['--permit', 'tool.*']]);
    const argsOf = async (client: string) => {
      const { stdout } = await home.outloop(['aliases', '--json'], { cwd: home.folder(client), env: agent });
      return (JSON.parse(stdout) as { aliases: { args: unknown }[] }).aliases.map(({ args }) => args);
    };
    expect(await argsOf('with-args')).toEqual([null, { pattern: '[a-z]+', max: 3 }]);
    expect(await argsOf('without')).toEqual([null, null]);
    const table = (await home.outloop(['aliases'], { cwd: home.folder('with-args'), env: agent })).stdout;
    expect(table).toMatch(/tool\.thing\.use .*n=<integer> \[-- …\] /);
    expect(table).toMatch(/tool\.thing\.show +read +n=<integer> +T/);
  });
});

describe('outloop aliases --json', () => {
  test('gives each alias a schema and a command line that runs in a shell, whatever the pinned value holds', async () => {
    const { aliases } = await menu();
    expect(aliases).toHaveLength(601);
    const found = aliases.find(({ alias }) => alias === 'shop.note.add');
    expect(found).toMatchObject({ effect: 'write', schema: { required: ['owner'] }, allowed: true });
    const command = String(found?.['command']).replace("'owner=<owner>'", 'owner=me');
    const ended = await home.shell(command, { cwd: home.folder('acme'), env: agent });
    expect(ended).toMatchObject({ exit: 0 });
    const asked = new URL(JSON.parse(ended.stdout).asked, 'http://x');
    expect(asked.searchParams.get('note')).toBe(`it's $HOME; \`x\` "q"`);
  });

  test('follows a changed service and a removed grant, though a long menu is kept', async () => {
    expect(await titles()).toEqual(new Set(['First']));
    writeFileSync(join(home.path, 'many.yaml'), many('Later'));
    await home.setUp(['service', 'add', join(home.path, 'many.yaml'), '--replace', '--yes']);
    expect(await titles()).toEqual(new Set(['Later']));
    await home.setUp(['grant', 'remove', 'acme', 'many', '--yes']);
    expect(await titles()).toEqual(new Set());
  });
});

describe('a long menu', () => {
  const asked = async (principal: string, client = 'globex') => {
    const asking = { cwd: home.folder(client), env: { OUTLOOP_PRINCIPAL: principal } };
    const answer = JSON.parse((await home.attempt(['aliases', '--json'], asking)).stdout);
    return { principal: answer.principal, count: answer.aliases.length };
  };
  const kept = () => readdirSync(join(home.path, 'state/compiled')).filter((name) => name.startsWith('menu-')).length;

  test('is kept once for all whom the grants do not tell apart, and apart for those whom they do', async () => {
    await addClient(home, 'globex', [['--id', 'many', '--permit', 'many.*']]);
    const before = kept();
    expect(await asked('agent:one')).toEqual({ principal: 'agent:one', count: 600 });
    expect(await asked('ci:two')).toEqual({ principal: 'ci:two', count: 600 });
    expect(kept()).toBe(before + 1);
    await home.setUp(['grant', 'remove', 'globex', 'many', '--yes']);
    await home.setUp(['grant', 'add', 'globex', '--id', 'many', '--permit', 'many.*', '--principal', 'agent:one', '--yes']);
    expect(await asked('agent:one')).toEqual({ principal: 'agent:one', count: 600 });
    expect(await asked('agent:two')).toEqual({ principal: 'agent:two', count: 0 });
    expect(await asked('ci:two')).toEqual({ principal: 'ci:two', count: 0 });
    expect(await asked('agent:one')).toEqual({ principal: 'agent:one', count: 600 });
  }, 120_000);
});
