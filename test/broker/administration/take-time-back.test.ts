import { beforeEach, describe, expect, test } from 'vitest';
import { repairFound } from '../../../src/audit/repair.js';
import { encodeUlid, type SessionId, type TenantName } from '../../../src/model/ids.js';
import { readSession } from '../../../src/session/find-session.js';
import { writeSession } from '../../../src/session/session-store.js';
import { approveRequest } from '../../../src/broker/administration/answer-requests.js';
import { findLead, repairLog, verifyLog } from '../../../src/broker/administration/audit-log.js';
import { examine } from '../../../src/broker/administration/doctor.js';
import { explain } from '../../../src/broker/administration/explain.js';
import { listRequests } from '../../../src/broker/administration/requests.js';
import { run } from '../../../src/broker/run.js';
import type { World } from '../../../src/broker/world.js';
import { describeDenial } from '../../../src/denial/describe.js';
import type { Caller, RunRecord } from '../../../src/model/run.js';
import { callerIn, captureStreams, makeWorld, readLog, requestOf, type MadeWorld } from '../make-world.js';
import { addItemService } from './item-service.js';
import { AGENT, OPERATOR, taken, whyRefused } from './operators.js';

const YEAR_MS = 365 * 86_400_000;
const MONTH_MS = 30 * 86_400_000;
const LEAD = 'the audit log is 365 d ahead of the clock';

let made: MadeWorld;
let caller: Caller;
beforeEach(async () => {
  made = makeWorld();
  await addItemService(made);
  permit({});
  caller = callerIn(made.link('acme', 'website'));
});

function permit(more: object): void {
  made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', grants: [{ id: 'some', permit: 'demo.*', ...more }] });
}
/** The same machine with a clock that is so far ahead. */
const ahead = (ms = YEAR_MS): World => ({ ...made.world, now: () => made.world.now() + ms });
const REQUEST = requestOf('demo.item.get');
async function perform(world = made.world): Promise<RunRecord> {
  return (await run(REQUEST, caller, captureStreams().streams, world, new AbortController().signal)).record;
}
const doctor = async (about: string) => (await examine(made.world, OPERATOR)).filter((finding) => finding.about === about);
const repair = async (by = OPERATOR, world = made.world) => repairLog(world, by, taken(await verifyLog(world)));
async function findRequest(world = made.world) {
  const [line] = taken(await listRequests(world, OPERATOR)).lines;
  if (line === undefined) throw new Error('nothing waits');
  return line;
}
const approve = async (world: World, until: string) =>
  approveRequest(world, OPERATOR, { id: (await findRequest(world)).request.id, count: null, until, bind: {} });

describe('a log that a clock which ran ahead has written to', () => {
  test('is told by doctor, with what mends it, and a log that a clock left by a minute is not', async () => {
    await perform(ahead(60_000));
    expect(await doctor('audit')).toMatchObject([{ level: 'ok' }]);
    await perform(ahead());
    expect(await doctor('audit')).toEqual([
      { level: 'ok', about: 'audit', text: '4 records, chain intact', fix: null },
      {
        level: 'warn',
        about: 'audit',
        text: 'the audit log is 365 d ahead of this clock, and policy goes by the log’s time: set the clock right, or take time back',
        fix: 'outloop audit repair',
      },
    ]);
  });

  test('is taken back by the operator’s repair, and not by a run or an agent', async () => {
    permit({ expires: new Date(made.world.now() + MONTH_MS).toISOString() });
    expect((await perform(ahead())).code).toBe('ALIAS_NOT_ALLOWED');
    const denied = await perform();
    expect([denied.code, denied.reason]).toEqual(['ALIAS_NOT_ALLOWED', expect.stringContaining(`has expired; ${LEAD}`)]);
    expect(await doctor('grant')).toMatchObject([{ text: expect.stringContaining('expired') }]);
    expect(whyRefused(await repair(AGENT))).toMatch(/is an agent/);
    expect(findLead(made.world, taken(await verifyLog(made.world)))).toBe(YEAR_MS);

    expect(taken(await repair())).toMatchObject({ takenBackMs: YEAR_MS, acknowledgedCount: 0 });
    expect(readLog(made.state).at(-1)).toMatchObject({ type: 'repair', action: 'clock', time: '2026-11-23T10:00:00.000Z' });
    expect((await perform()).code).toBe('OK');
    expect(await doctor('grant')).toEqual([]);
    expect(await doctor('audit')).toMatchObject([{ level: 'ok' }]);
    expect(taken(await repair())).toMatchObject({ takenBackMs: 0, acknowledgedCount: 0 });
  });

  test('is not taken back where the operator was not shown that it is ahead', async () => {
    await perform();
    const seen = taken(await verifyLog(made.world));
    await perform(ahead());
    expect(whyRefused(await repairLog(made.world, OPERATOR, seen))).toMatch(/^the log has changed/);
  });

  test('holds no rate up once time was taken back, and no start is forgotten', async () => {
    permit({ limits: { rate: '2/second' } });
    expect([(await perform(ahead())).code, (await perform(ahead())).code]).toEqual(['OK', 'OK']);
    const limited = await perform();
    expect([limited.code, limited.reason]).toEqual(['RATE_LIMITED', `the rate limit of grant some has no room; ${LEAD}`]);
    taken(await repair());
    expect(await perform()).toMatchObject({ code: 'RATE_LIMITED', retry_after_ms: 1000 });
    expect((await perform()).reason).not.toContain(LEAD);
    expect((await perform(ahead(1000))).code).toBe('OK');
  });

  test('gives an approval the time that runs go by', async () => {
    permit({ approve: 'once' });
    expect((await perform(ahead())).code).toBe('APPROVAL_REQUIRED');
    const { expiresMs } = taken(await approve(made.world, '24h'));
    expect(expiresMs).toBe(made.world.now() + YEAR_MS + 86_400_000);
    expect((await explain(REQUEST, caller, made.world)).approval).toMatchObject({ state: 'approved' });
    expect((await perform()).code).toBe('OK');
  });

  test('explains an approval that is over as a run denies it', async () => {
    permit({ approve: 'once' });
    await perform();
    taken(await approve(made.world, '24h'));
    await perform(ahead());
    const { approval, denial } = await explain(REQUEST, caller, made.world);
    expect([approval?.state, denial?.code]).toEqual(['expired', 'APPROVAL_EXPIRED']);
    expect(denial === null ? '' : describeDenial(denial).reason).toContain(LEAD);
    taken(await repair());
    expect((await perform()).code).toBe('OK');
  });

  test('leaves no approval behind that would hold until a time far ahead', async () => {
    permit({ approve: 'once' });
    await perform(ahead());
    taken(await approve(ahead(), '24h'));
    expect((await perform(ahead())).code).toBe('OK');
    expect([taken(await repair()).ended, taken(await repair()).ended]).toEqual([1, 0]);
    expect(await perform()).toMatchObject({ code: 'APPROVAL_EXPIRED' });
    // Nor does it come back when that time has come.
    expect(await perform(ahead())).toMatchObject({ code: 'APPROVAL_EXPIRED' });
  });

  test('whose repair was killed behind its record is told by doctor, and the next repair goes on', async () => {
    permit({ limits: { rate: '2/second' } });
    await perform(ahead());
    await perform(ahead());
    const run = encodeUlid(made.world.now(), made.world.random(10));
    const killed = { auditDir: made.state.paths.audit, uid: made.world.uid, nowMs: made.world.now(), run };
    repairFound(killed, taken(await verifyLog(made.world)));
    expect(await perform()).toMatchObject({ code: 'RATE_LIMITED' });
    const text = 'grant some of tenant acme counts starts of a time that has not come, so it stays at its limit';
    expect(await doctor('limits')).toEqual([{ level: 'bad', about: 'limits', text, fix: 'outloop audit repair' }]);
    taken(await repair());
    expect(await doctor('limits')).toEqual([]);
    expect((await perform(ahead(1000))).code).toBe('OK');
  });

  test('leaves no session behind that would hold again when its time comes', async () => {
    await perform(ahead());
    const place = { sessionsDir: made.state.paths.sessions, uid: made.world.uid };
    const startedMs = made.world.now() + YEAR_MS;
    const id = 'ses_01JD3Y0000000000000000000A' as SessionId;
    const whose = { id, tenant: 'acme' as TenantName, project: null, uid: place.uid, pid: process.pid, pidStart: null };
    const session = { ...whose, startedMs, expiresMs: startedMs + 3_600_000, command: 'sh', ended: null };
    expect(writeSession(place, { session, hash: 'a'.repeat(64) })).toBeNull();
    expect(taken(await repair())).toMatchObject({ ended: 1, settled: 0 });
    expect(readSession(place, id)).toMatchObject({ session: { ended: { why: 'expired', atMs: expect.any(Number) } } });
  });
});
