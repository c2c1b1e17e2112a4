import { appendFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';

let home: Home;
let broken: Home;
beforeAll(async () => {
  home = await makeDemo();
  home.put('state/tenants/globex.yaml', 'version: 1\ntenant: globex\nstatus: active\n');
  home.put(
    'state/services/shop.yaml',
    `version: 1
service: shop
title: Shop
base: https://shop.invalid
slots: { token: { scheme: bearer, hosts: [shop.invalid] } }
aliases:
  shop.get: { title: Get, effect: read, http: { method: GET, path: / } }
`,
  );
  broken = home.copy();
  for (const file of ['tenants/globex.yaml', 'services/shop.yaml']) appendFileSync(`${broken.state}/${file}`, 'titel: T\n');
});
afterAll(() => home.remove());

const TENANT = 'outloop: left out: tenants/globex.yaml:4:1 titel: unknown key';
const SERVICE = 'outloop: left out: services/shop.yaml:8:1 titel: unknown key';
const inFolder = () => ({ cwd: home.path('acme') });

describe('a list that leaves out what a broken file defines', () => {
  test.concurrent.each([
    ['grant list', TENANT, 'demo'],
    ['secret list', TENANT, 'acme/bot'],
    ['secret check --all', TENANT, 'can be used'],
    ['aliases', SERVICE, 'demo.use'],
    ['aliases --all', SERVICE, 'demo.use'],
  ])('%s names the file, says what can be read, and exits 1', async (line, fault, shown) => {
    const { exit, stdout, stderr } = await broken.outloop(line.split(' '), inFolder());
    expect(exit).toBe(1);
    expect(stderr).toContain(fault);
    expect(stderr).toMatch(/[.?] Next: outloop doctor\n$/);
    if (line !== 'grant list') expect(stdout).toContain(shown);
    else expect(stdout).toMatch(/^acme +all +permit/m);
    const whole = await home.outloop(line.split(' '), inFolder());
    expect(whole).toMatchObject({ exit: 0, stderr: '' });
  });

  test.concurrent.each(['grant list', 'secret list', 'aliases'])(
    '%s --json has its shape, and the file is named on stderr',
    async (line) => {
      const args = [...line.split(' '), '--json'];
      const { exit, stdout, stderr } = await broken.outloop(args, inFolder());
      expect({ exit, told: stderr.split('\n').length }).toEqual({ exit: 1, told: 2 });
      const all = JSON.parse((await home.outloop(args, inFolder())).stdout) as unknown;
      if (line === 'aliases') expect(Object.keys(JSON.parse(stdout) as object)).toEqual(Object.keys(all as object));
      else expect(JSON.parse(stdout)).toEqual(all);
    },
  );

  test.concurrent('secret check --all --json is not ok', async () => {
    const { exit, stdout, stderr } = await broken.outloop(['secret', 'check', '--all', '--json']);
    expect({ exit, ...(JSON.parse(stdout) as object) }).toMatchObject({ exit: 1, ok: false, credentials: [{ name: 'bot', ok: true }] });
    expect(stderr).toContain(TENANT);
  });

  test.concurrent.each([
    ['tenant show globex', 'tenants/globex.yaml'],
    ['service show shop', 'services/shop.yaml'],
  ])('%s --json tells the faults of the file, and exits 1 as without', async (line, file) => {
    const shown = await broken.outloop([...line.split(' '), '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ kind: 'invalid', file, problems: [{ key: 'titel' }] });
    expect(shown).toMatchObject({ exit: 1, stderr: (await broken.outloop(line.split(' '))).stderr });
  });

  test.concurrent('the list of a tenant whose own file is whole is whole', async () => {
    for (const line of ['grant list acme', 'secret list acme', 'secret check --all acme'])
      expect(await broken.outloop(line.split(' '))).toMatchObject({ exit: 0, stderr: '' });
  });

  test.concurrent('where nothing else is there, no list says that nothing is', async () => {
    const copy = home.copy();
    for (const folder of ['tenants', 'services'])
      for (const file of readdirSync(`${copy.state}/${folder}`)) appendFileSync(`${copy.state}/${folder}/${file}`, 'titel: T\n');
    for (const line of ['grant list', 'secret list', 'secret check --all']) {
      const { exit, stdout, stderr } = await copy.outloop(line.split(' '));
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
      expect(stderr).toMatch(/^(outloop: left out: tenants\/\w+\.yaml:\d+:1 titel: unknown key.*\n){2}$/);
    }
  });

  test.concurrent('a menu says the same from what it keeps', async () => {
    const copy = broken.copy();
    const first = await copy.outloop(['aliases'], inFolder());
    expect(await copy.outloop(['aliases'], inFolder())).toEqual(first);
    expect(first.exit).toBe(1);
  });
});
