import { beforeEach, expect, test } from 'vitest';
import { readMenu, readStatus } from '../../../src/broker/administration/menu.js';
import type { Caller } from '../../../src/model/run.js';
import { callerIn, makeWorld, readLog, type MadeWorld } from '../make-world.js';
import { taken } from './operators.js';

let made: MadeWorld;
let caller: Caller;
beforeEach(() => {
  made = makeWorld();
  const http = { method: 'GET', path: '/{owner}' };
  const alias = (effect: string) => ({
    title: 'T',
    effect,
    params: { owner: { type: 'string' } },
    http: effect === 'read' ? http : { ...http, method: 'DELETE' },
  });
  made.service('demo', {
    version: 1,
    service: 'demo',
    title: 'Demo',
    base: 'https://api.example.com',
    slots: { token: { scheme: 'bearer', hosts: ['api.example.com'] } },
    aliases: { 'demo.items.list': alias('read'), 'demo.items.get': alias('read'), 'demo.items.delete': alias('destructive') },
  });
  made.tenant('acme', {
    version: 1,
    tenant: 'acme',
    status: 'active',
    credentials: { bot: { backend: 'embedded', ref: 'acme/bot' } },
    grants: [
      { id: 'read', permit: 'demo.items.*', effects: ['read'], principals: ['agent'], bind: { token: 'bot' }, pin: { owner: 'acme-inc' } },
      { id: 'no', forbid: '*.get' },
    ],
  });
  caller = callerIn(made.link('acme', 'website'));
});

test('a menu holds what this caller may run here, with what is pinned', async () => {
  const menu = taken(await readMenu(made.world, { caller, claim: 'agent:claude', assertedTenants: [], all: false }));
  expect(menu).toMatchObject({ link: { tenant: 'acme', project: 'website' }, principal: 'agent:claude' });
  expect(menu.lines.map(({ alias, pins, denied }) => [alias.alias, pins, denied])).toEqual([
    ['demo.items.list', { owner: ['acme-inc'] }, null],
  ]);
});

test('with all, what may not run says why', async () => {
  const menu = taken(await readMenu(made.world, { caller, claim: 'ci', assertedTenants: [], all: true }));
  expect(menu.lines.map(({ alias, denied }) => [alias.alias, denied])).toEqual([
    ['demo.items.delete', 'ALIAS_NOT_ALLOWED'],
    ['demo.items.get', 'ALIAS_NOT_ALLOWED'],
    ['demo.items.list', 'ALIAS_NOT_ALLOWED'],
  ]);
});

test('where there is no link, a menu is the link’s denial, and a status says so', async () => {
  const stray = callerIn({ kind: 'none' });
  expect(await readMenu(made.world, { caller: stray, claim: null, assertedTenants: [], all: false })).toMatchObject({
    code: 'LINK_NOT_FOUND',
  });
  expect(taken(await readStatus(made.world, { caller: stray, claim: null, assertedTenants: [] }))).toMatchObject({
    folder: { code: 'LINK_NOT_FOUND' },
    principal: { kind: 'agent', name: 'unknown' },
    tier: { name: 'same-user' },
    menu: { code: 'LINK_NOT_FOUND' },
  });
});

test('a claim that is not one is USAGE', async () => {
  expect(await readMenu(made.world, { caller, claim: 'root', assertedTenants: [], all: false })).toMatchObject({ code: 'USAGE' });
});

test('neither asks a backend for a value, or writes anything', async () => {
  await readMenu(made.world, { caller, claim: null, assertedTenants: [], all: true });
  await readStatus(made.world, { caller, claim: null, assertedTenants: [] });
  expect(made.backend.calls).toBe(0);
  expect(readLog(made.state)).toEqual([]);
});
