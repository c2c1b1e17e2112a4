import { cpSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  approveLink,
  findLinked,
  proposeLink,
  unlinkFolder,
  type LinkedWish,
  type LinkWish,
} from '../../../src/broker/administration/links.js';
import { findLinkFaults, listLinks } from '../../../src/broker/administration/link-lines.js';
import { addTenant } from '../../../src/broker/administration/tenants.js';
import { findLink } from '../../../src/broker/find-link.js';
import { gatherFolder, gatherLink } from '../../../src/link/gather-link.js';
import type { LinkId, ProjectName, TenantName } from '../../../src/model/ids.js';
import { makeWorld, UID, type MadeWorld } from '../make-world.js';
import { AGENT, OPERATOR, taken, whyRefused } from './operators.js';

let made: MadeWorld;
let directory: string;
beforeEach(async () => {
  made = makeWorld();
  taken(await addTenant(made.world, OPERATOR, 'acme' as TenantName));
  directory = join(made.home, 'acme');
  mkdirSync(directory, { mode: 0o700 });
});

const wish = (more: Partial<LinkWish> = {}): LinkWish => ({
  folder: gatherFolder({ uid: UID, cwd: () => directory }),
  tenant: 'acme' as TenantName,
  project: 'website' as ProjectName,
  ...more,
});
const listed = async () => {
  const linked = taken(await listLinks(made.world));
  return linked.kind === 'operator' ? linked.links : [];
};
const propose = (more: Partial<LinkWish> = {}) => proposeLink(made.world, wish(more));
const link = async (more: Partial<LinkWish> = {}) => taken(await approveLink(made.world, OPERATOR, taken(await propose(more))));

describe('link', () => {
  test('writes a file where there is none, and registers the folder with its bytes', async () => {
    const entry = await link();
    expect(entry).toMatchObject({ tenant: 'acme', project: 'website', directory });
    expect(statSync(join(directory, '.outloop')).mode & 0o022).toBe(0);
    expect(await findLink(made.state, { env: {}, link: gatherLink({ uid: UID, cwd: () => directory }) }, made.world)).toMatchObject({
      tenant: 'acme',
      project: 'website',
    });
    expect(await listed()).toEqual([{ ...entry, state: 'there', code: null }]);
  });

  test('proposes first and changes nothing', async () => {
    expect(taken(await propose()).write).not.toBeNull();
    expect(await listed()).toEqual([]);
    expect(() => readFileSync(join(directory, '.outloop'))).toThrow();
  });

  test('takes a file that is there as it is, byte for byte', async () => {
    await link();
    const bytes = `${readFileSync(join(directory, '.outloop'), 'utf8')}# a teammate's note\n`;
    writeFileSync(join(directory, '.outloop'), bytes);
    expect(await findLink(made.state, { env: {}, link: gatherLink({ uid: UID, cwd: () => directory }) }, made.world)).toMatchObject({
      code: 'LINK_CHANGED',
    });
    await link({ tenant: null, project: null });
    expect(readFileSync(join(directory, '.outloop'), 'utf8')).toBe(bytes);
    expect(await findLink(made.state, { env: {}, link: gatherLink({ uid: UID, cwd: () => directory }) }, made.world)).toMatchObject({
      tenant: 'acme',
    });
  });

  test.each<[string, Partial<LinkWish>, string]>([
    ['no tenant', { tenant: null }, 'USAGE'],
    ['no project', { project: null }, 'USAGE'],
    ['no folder', { folder: null }, 'USAGE'],
    ['a tenant that is not there', { tenant: 'globex' as TenantName }, 'TENANT_UNKNOWN'],
  ])('with %s is refused', async (_, more, why) => {
    expect(whyRefused(await propose(more))).toBe(why);
  });

  test('is nothing that an agent may do or take back', async () => {
    const plan = taken(await propose());
    expect(whyRefused(await approveLink(made.world, AGENT, plan))).toMatch(/is an agent/);
    expect(whyRefused(await unlinkFolder(made.world, AGENT, directory))).toMatch(/is an agent/);
    expect(() => readFileSync(join(directory, '.outloop'))).toThrow();
  });
});

test('unlink takes the approval back and leaves the file', async () => {
  await link();
  expect(taken(await unlinkFolder(made.world, OPERATOR, directory))).toMatchObject({ directory });
  expect(await findLink(made.state, { env: {}, link: gatherLink({ uid: UID, cwd: () => directory }) }, made.world)).toMatchObject({
    code: 'LINK_NOT_APPROVED',
  });
  expect(whyRefused(await unlinkFolder(made.world, OPERATOR, directory))).toBe('this folder is not linked → outloop links');
});

describe('a linked folder that is meant', () => {
  const find = (wish: LinkedWish) => findLinked(made.world, wish);

  test('is found by the first path that is linked, and by its link', async () => {
    const entry = await link();
    expect(find({ kind: 'folder', paths: ['/elsewhere', directory] })).toEqual(entry);
    expect(find({ kind: 'id', id: entry.id })).toEqual(entry);
    expect(whyRefused(find({ kind: 'folder', paths: ['/elsewhere'] }))).toBe('/elsewhere is not linked → outloop links');
    expect(whyRefused(find({ kind: 'id', id: 'lnk_01JD3Y0000000000000000000A' as LinkId }))).toMatch(/^no folder is linked as lnk_/);
  });

  test('is not guessed where its link stands for several', async () => {
    const { id } = await link();
    const clone = join(made.home, 'clone');
    cpSync(directory, clone, { recursive: true });
    await link({ folder: gatherFolder({ uid: UID, cwd: () => clone }), tenant: null, project: null });
    expect(whyRefused(find({ kind: 'id', id }))).toBe(`${id} stands for several folders: ${directory}, ${clone} → outloop unlink FOLDER`);
  });
});

test('links and doctor tell which folders are gone, and which are others now', async () => {
  await link();
  const faults = async () => findLinkFaults({ links: await listed() }, made);
  expect(await faults()).toEqual([]);
  renameSync(directory, `${directory}-old`);
  expect(await listed()).toMatchObject([{ directory, state: 'gone' }]);
  expect(await faults()).toEqual([{ level: 'warn', text: `${directory} of acme/website is gone`, fix: `outloop unlink ${directory}` }]);
  mkdirSync(directory);
  expect(await listed()).toMatchObject([{ directory, state: 'replaced' }]);
  expect(await faults()).toMatchObject([{ level: 'bad', fix: `cd ${directory} && outloop link --tenant acme --project website` }]);
});
