import { chmodSync, existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { repairLog, verifyLog } from '../../../src/broker/administration/audit-log.js';
import { examine } from '../../../src/broker/administration/doctor.js';
import { run } from '../../../src/broker/run.js';
import type { Caller } from '../../../src/model/run.js';
import { serveHttp } from '../../fixtures/http/servers.js';
import { callerIn, captureStreams, makeWorld, readLog, requestOf, type MadeWorld } from '../make-world.js';
import { AGENT, OPERATOR, taken, whyRefused } from './operators.js';

let made: MadeWorld;
let caller: Caller;
beforeEach(async () => {
  const server = await serveHttp((_, response) => response.end('{}'));
  made = makeWorld();
  made.service('demo', {
    version: 1,
    service: 'demo',
    title: 'Demo',
    base: server.base,
    aliases: { 'demo.item.get': { title: 'Get', effect: 'read', http: { method: 'GET', path: '/' } } },
  });
  const limits = { rate: '3/hour', concurrency: 2 };
  made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', grants: [{ id: 'some', permit: 'demo.*', limits }] });
  caller = callerIn(made.link('acme', 'website'));
});

async function perform(): Promise<string> {
  const { record } = await run(requestOf('demo.item.get'), caller, captureStreams().streams, made.world, new AbortController().signal);
  return record.code;
}
const file = () => join(made.state.paths.limits, 'acme.some.json');

describe('a limit file', () => {
  test.each<[string, () => void, string]>([
    ['gone', () => unlinkSync(file()), 'is gone'],
    ['damaged', () => writeFileSync(file(), '{"version":1}'), 'is damaged'],
    ['open to others', () => chmodSync(file(), 0o666), 'can be written by others'],
  ])('that is %s stops runs, is named by doctor, and is made anew from the log: no start is forgotten', async (_, break_, why) => {
    expect([await perform(), await perform()]).toEqual(['OK', 'OK']);
    break_();
    expect(await perform()).toBe('CONFIG_INVALID');
    expect(await examine(made.world, OPERATOR)).toContainEqual({
      level: 'bad',
      about: 'limits',
      text: `the limit file of grant some of tenant acme ${why}`,
      fix: 'outloop audit repair',
    });

    const repaired = taken(await repairLog(made.world, OPERATOR, taken(await verifyLog(made.world))));
    expect(repaired).toMatchObject({ cutBytes: 0, acknowledgedCount: 0, limits: [{ tenant: 'acme', grant: 'some', why, starts: 2 }] });
    expect(readLog(made.state).at(-1)).toMatchObject({
      type: 'repair',
      action: 'limit',
      tenant: 'acme',
      detail: { cause: 'limit', file: 'acme.some.json', why, starts: 2 },
    });
    expect((await examine(made.world, OPERATOR)).filter(({ about }) => about === 'limits')).toEqual([]);
    expect([await perform(), await perform()]).toEqual(['OK', 'RATE_LIMITED']);
    expect(taken(await verifyLog(made.world)).firstBad).toBeNull();
  });

  test('that is whole is left alone, and nothing is written', async () => {
    await perform();
    const before = [readFileSync(file(), 'utf8'), readLog(made.state).length];
    expect(taken(await repairLog(made.world, OPERATOR, taken(await verifyLog(made.world)))).limits).toEqual([]);
    expect([readFileSync(file(), 'utf8'), readLog(made.state).length]).toEqual(before);
  });

  test('is not made anew for an agent', async () => {
    await perform();
    unlinkSync(file());
    expect(whyRefused(await repairLog(made.world, AGENT, taken(await verifyLog(made.world))))).toMatch(/is an agent/);
    expect(existsSync(file())).toBe(false);
  });

  test('of several is made anew with its own starts', async () => {
    made.tenant('globex', {
      version: 1,
      tenant: 'globex',
      status: 'active',
      grants: [{ id: 'some', permit: 'demo.*', limits: { rate: '9/day' } }],
    });
    await perform();
    const other = callerIn(made.link('globex', 'website'));
    for (let i = 0; i < 3; i++) {
      await run(requestOf('demo.item.get'), other, captureStreams().streams, made.world, new AbortController().signal);
    }
    for (const name of readdirSync(made.state.paths.limits)) unlinkSync(join(made.state.paths.limits, name));
    expect(
      taken(await repairLog(made.world, OPERATOR, taken(await verifyLog(made.world)))).limits.map(({ tenant, starts }) => [tenant, starts]),
    ).toEqual([
      ['acme', 1],
      ['globex', 3],
    ]);
  });
});
