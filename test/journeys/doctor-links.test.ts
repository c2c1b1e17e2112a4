import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, type MadeHome } from './made-home.js';
import { examineHome, typeFix } from './type-fix.js';

let made: MadeHome;
beforeEach(async () => {
  made = await makeHome();
  writeFileSync(join(made.state, 'services', 'demo.yaml'), SERVICE, { mode: 0o600 });
});
afterEach(() => made.remove());

const SERVICE = `version: 1
service: demo
title: Demo
aliases: { demo.nothing.get: { title: T, effect: read, command: { argv: [/bin/true] } } }
`;

/** The code of a run in the folder: that of an alias that nothing permits, where the folder is well. */
const codeOfRun = async () => (await made.run('demo.nothing.get'))['code'];
const faultsOfLinks = async () => (await examineHome(made)).faults.filter(({ about }) => about === 'links');
const listed = async () => JSON.parse((await made.attempt(['links', '--json'])).stdout) as readonly Record<string, unknown>[];

type Row = readonly [what: string, spoil: () => unknown, state: string, code: string];

const inFolder = (name = '.outloop') => join(made.folder, name);
const ROWS: readonly Row[] = [
  ['its file is gone', () => rmSync(inFolder()), 'no-file', 'LINK_NOT_FOUND'],
  ['its file has changed', () => appendFileSync(inFolder(), '# x\n'), 'changed', 'LINK_CHANGED'],
  ['its file is none any more', () => writeFileSync(inFolder(), 'x\n'), 'changed', 'LINK_CHANGED'],
  ['its file is empty', () => writeFileSync(inFolder(), ''), 'changed', 'LINK_CHANGED'],
  ['others can write its file', () => chmodSync(inFolder(), 0o666), 'untrusted', 'LINK_UNTRUSTED_PATH'],
  ['others can write it', () => chmodSync(made.folder, 0o777), 'untrusted', 'LINK_UNTRUSTED_PATH'],
  ['others can write a folder above it', () => chmodSync(made.home, 0o777), 'untrusted', 'LINK_UNTRUSTED_PATH'],
  [
    'its file is a symlink',
    () => {
      renameSync(inFolder(), inFolder('x'));
      symlinkSync('x', inFolder());
    },
    'untrusted',
    'LINK_UNTRUSTED_PATH',
  ],
  [
    'its file is a folder',
    () => {
      rmSync(inFolder());
      mkdirSync(inFolder());
    },
    'untrusted',
    'LINK_UNTRUSTED_PATH',
  ],
  ['its file is too large', () => appendFileSync(inFolder(), '#'.repeat(5000)), 'untrusted', 'LINK_UNTRUSTED_PATH'],
  ['its tenant’s file is gone', () => rmSync(join(made.state, 'tenants', 'acme.yaml')), 'no-tenant', 'TENANT_UNKNOWN'],
  ['its tenant is revoked', () => made.setUp(['tenant', 'revoke', 'acme', '--yes']), 'revoked', 'TENANT_REVOKED'],
];

describe('a linked folder in which every run is refused', () => {
  test.each(ROWS)('is told where %s, with what mends it', async (_, spoil, state, code) => {
    await spoil();
    expect(await codeOfRun()).toBe(code);
    expect(await listed()).toMatchObject([{ directory: made.folder, state, code }]);
    const [fault] = await faultsOfLinks();
    expect(fault?.text).toContain(`runs in ${made.folder} are refused: ${code}`);
    typeFix(made, fault?.fix ?? '');
    expect(await faultsOfLinks()).toEqual([]);
    expect(await codeOfRun()).toBe('ALIAS_NOT_ALLOWED');
    expect(await listed()).toMatchObject([{ state: 'there', code: null }]);
  });

  test('is told where a symlink leads to it', async () => {
    renameSync(made.folder, `${made.folder}-2`);
    symlinkSync(`${made.folder}-2`, made.folder);
    expect(await listed()).toMatchObject([{ state: 'moved' }]);
    const [fault] = await faultsOfLinks();
    typeFix(made, fault?.fix ?? '');
    expect(await faultsOfLinks()).toEqual([]);
    expect(await codeOfRun()).toBe('ALIAS_NOT_ALLOWED');
  });

  test('ends doctor with the exit 1, and is listed in a word', async () => {
    rmSync(inFolder());
    const { exit, stdout } = await made.outloop(['doctor']);
    expect(exit).toBe(1);
    expect(stdout).toContain(`Fix: cd ${made.folder} && outloop link --tenant acme --project web`);
    expect((await made.outloop(['links'])).stdout).toMatch(/no-file$/m);
  });
});
