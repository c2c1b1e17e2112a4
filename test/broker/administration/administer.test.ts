import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { administer, refuseAgent } from '../../../src/broker/administration/administer.js';
import { deny } from '../../../src/denial/denial.js';
import { refusal } from '../../../src/model/refusal.js';
import type { Caller } from '../../../src/model/run.js';
import { acquireLock } from '../../../src/state/lock.js';
import { makeWorld, readLog, type MadeWorld } from '../make-world.js';
import { AGENT, OPERATOR, SCRIPT, whyRefused } from './operators.js';

const CHANGE = { action: 'tenant add', tenant: 'acme', detail: { tenant: 'acme' } };

let made: MadeWorld;
beforeEach(() => {
  made = makeWorld();
});

describe('a change', () => {
  test.each([
    ['a person', OPERATOR, 'human:ada'],
    ['a script', SCRIPT, 'agent:unknown'],
  ])('by %s is on record before it is made', async (_, caller, principal) => {
    const done = await administer(made.world, caller, CHANGE, () => readLog(made.state));
    expect(done).toMatchObject([{ type: 'admin', action: 'tenant add', tenant: 'acme', principal, detail: { tenant: 'acme' } }]);
    expect(readLog(made.state)).toHaveLength(1);
  });

  test.each<[string, Partial<Caller>]>([
    ['an agent’s marker', { env: { CLAUDECODE: '1' } }],
    ['an agent’s claim', { env: { OUTLOOP_PRINCIPAL: 'agent:claude' } }],
    ['an agent that claims to be a person', { env: { CLAUDECODE: '1', OUTLOOP_PRINCIPAL: 'human:ada' } }],
    ['an agent on a terminal', { env: { AI_AGENT: 'aider' }, terminal: { stdin: true, stdout: true, stderr: true } }],
  ])('is refused to %s, and nothing is done or written', async (_, more) => {
    let ran = false;
    const done = await administer(made.world, { ...SCRIPT, ...more }, CHANGE, () => (ran = true));
    expect(whyRefused(done)).toMatch(/is an agent, and agents may not change/);
    expect(ran).toBe(false);
    expect(readLog(made.state)).toEqual([]);
    expect(refuseAgent(AGENT)).not.toBeNull();
  });

  test('that fails is on record as FAILED, also when it throws', async () => {
    await administer(made.world, OPERATOR, CHANGE, () => refusal('no'));
    await administer(made.world, OPERATOR, CHANGE, () => deny('CONFIG_INVALID'));
    const thrown = administer(made.world, OPERATOR, CHANGE, () => {
      throw new Error('disk');
    });
    await expect(thrown).rejects.toThrow('disk');
    expect(readLog(made.state).map(({ code }) => code ?? '')).toEqual(['', 'FAILED', '', 'FAILED', '', 'FAILED']);
  });

  test('is not made where it cannot be put on record', async () => {
    mkdirSync(join(made.state.paths.audit, 'lock'));
    let ran = false;
    expect(whyRefused(await administer(made.world, OPERATOR, CHANGE, () => (ran = true)))).toBe('AUDIT_UNAVAILABLE');
    expect(ran).toBe(false);
  });

  test('waits for another one, and not for ever', async () => {
    const lock = acquireLock(join(made.state.paths.state, 'lock'), 1);
    expect(whyRefused(await administer(made.world, OPERATOR, CHANGE, () => true))).toBe(
      'another outloop command is changing the operator state → try again in a moment',
    );
    if (!('kind' in lock)) lock.release();
  });

  test('is not made where it cannot be locked against others', async () => {
    mkdirSync(join(made.state.paths.state, 'lock'));
    expect(whyRefused(await administer(made.world, OPERATOR, CHANGE, () => true))).toBe(
      `the operator state cannot be changed: ${join(made.state.paths.state, 'lock')} cannot be opened (EISDIR) → outloop doctor`,
    );
  });

  test('holds the lock while it is made, and lets it go whatever happens', async () => {
    const path = join(made.state.paths.state, 'lock');
    await administer(made.world, OPERATOR, CHANGE, () => {
      expect(acquireLock(path, 1)).toMatchObject({ kind: 'refused', why: 'timeout' });
      return refusal('no');
    });
    const lock = acquireLock(path, 1);
    expect('kind' in lock).toBe(false);
    if (!('kind' in lock)) lock.release();
  });

  test('without a state is told how to make one', async () => {
    const without = { ...made.world, paths: deny('CONFIG_UNAVAILABLE') };
    expect(whyRefused(await administer(without, OPERATOR, CHANGE, () => true))).toBe('outloop is not set up here → outloop init');
  });
});
