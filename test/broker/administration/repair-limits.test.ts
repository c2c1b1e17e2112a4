import { chmodSync, existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { repairLog, verifyLog } from '../../../src/broker/administration/audit-log.js';
import { examine } from '../../../src/broker/administration/doctor.js';
import { run } from '../../../src/broker/run.js';
import type { Caller } from '../../../src/model/run.js';
import { callerIn, captureStreams, makeWorld, readLog, requestOf, type MadeWorld } from '../make-world.js';
import { addItemService } from './item-service.js';
import { AGENT, OPERATOR, taken, whyRefused } from './operators.js';

let made: MadeWorld;
let caller: Caller;
beforeEach(async () => {
  made = makeWorld();
  await addItemService(made);
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

  test.each<[string, (head: string) => void]>([
    ['gone', unlinkSync],
    ['empty', (head) => writeFileSync(head, '')],
  ])('that is gone with a head that is %s, which knew of it, stops runs, and is made anew from the log', async (_, lose) => {
    made.tenant('free', { version: 1, tenant: 'free', status: 'active', grants: [{ id: 'any', permit: 'demo.*' }] });
    const free = callerIn(made.link('free', 'website'));
    expect([await perform(), await perform()]).toEqual(['OK', 'OK']);
    lose(join(made.state.paths.audit, 'head.json'));
    expect(taken(await verifyLog(made.world))).toMatchObject({ head: 'absent', firstBad: null });
    expect((await examine(made.world, OPERATOR)).filter(({ about, level }) => about === 'audit' && level === 'warn')).toHaveLength(1);
    unlinkSync(file());
    expect(await perform()).toBe('CONFIG_INVALID');
    // What has no limits goes on, and does not make the log forget.
    const { record } = await run(requestOf('demo.item.get'), free, captureStreams().streams, made.world, new AbortController().signal);
    expect(record.code).toBe('OK');
    expect(await perform()).toBe('CONFIG_INVALID');
    expect(await examine(made.world, OPERATOR)).toContainEqual(
      expect.objectContaining({ level: 'bad', about: 'limits', fix: 'outloop audit repair' }),
    );

    const repaired = taken(await repairLog(made.world, OPERATOR, taken(await verifyLog(made.world))));
    expect(repaired).toMatchObject({ recalled: true });
    expect(repaired.limits).toMatchObject([{ tenant: 'acme', grant: 'some', why: 'is gone', starts: 2 }]);
    expect((await examine(made.world, OPERATOR)).filter(({ about }) => about === 'limits')).toEqual([]);
    expect([await perform(), await perform()]).toEqual(['OK', 'RATE_LIMITED']);
    expect(taken(await verifyLog(made.world)).firstBad).toBeNull();
  });

  test('that is there is used, though a head that knew of it was lost', async () => {
    await perform();
    unlinkSync(join(made.state.paths.audit, 'head.json'));
    expect([await perform(), await perform(), await perform()]).toEqual(['OK', 'OK', 'RATE_LIMITED']);
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
