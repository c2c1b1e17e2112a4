import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listKeys, readAnswer, readWaiting, writeAnswer } from '../../src/approval/approval-store.js';
import { clearOverflow, readOverflow } from '../../src/approval/overflow.js';
import { MAX_WAITING, recordRequest } from '../../src/approval/record-request.js';
import type { Ask } from '../../src/model/approval.js';
import { ACME, makeApproval, makeAsk, makeId, makePlace, NOW_MS, UID } from './make-ask.js';

type Place = ReturnType<typeof makePlace>;

function record(place: Place, ask: Ask = makeAsk(), nowMs = NOW_MS, answered: ReturnType<typeof makeId> | null = null) {
  const recorded = recordRequest(place, { ask, newId: makeId(), answered }, nowMs);
  if (recorded.kind !== 'recorded') throw new Error(recorded.kind);
  return recorded.request;
}

const keyOf = (i: number) => i.toString(16).padStart(32, '0');

describe('recordRequest', () => {
  it('keeps a request for its owner alone', () => {
    const place = makePlace();
    const request = record(place);
    expect(readWaiting(place, ACME, request.key)).toEqual(request);
    const file = join(place.requestsDir, 'acme', `${request.key}.json`);
    const modes = [place.requestsDir, join(place.requestsDir, 'acme'), file].map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  it('adds the same to the request that waits, under the id that it has', () => {
    const place = makePlace();
    const first = record(place);
    expect(record(place, makeAsk({ reason: 'first reason' }), NOW_MS + 5)).toEqual({
      ...first,
      reason: 'first reason',
      lastMs: NOW_MS + 5,
      times: 2,
    });
    expect(record(place, makeAsk({ reason: 'second reason' }), NOW_MS + 9)).toMatchObject({
      id: first.id,
      reason: 'first reason',
      firstMs: NOW_MS,
      times: 3,
    });
    expect(listKeys(place.requestsDir, ACME, UID)).toHaveLength(1);
  });

  it('puts a request about a changed alias in the place of the old one, under a new id', () => {
    const place = makePlace();
    const first = record(place);
    const second = record(place, makeAsk({ definition: 'f'.repeat(64) }));
    expect(second).toMatchObject({ times: 1, definition: 'f'.repeat(64) });
    expect(second.id).not.toBe(first.id);
  });

  it('does not add to a request that was answered and left behind', () => {
    const place = makePlace();
    const first = record(place);
    expect(record(place, makeAsk(), NOW_MS, first.id).id).not.toBe(first.id);
  });

  it('neither fills the disk nor hides an earlier request in a flood of 10,000', () => {
    const place = makePlace();
    const earlier = record(place, makeAsk({ key: 'f'.repeat(32), reason: 'I was here first' }));
    const worst = { json: '\u0001'.repeat(8192), length: 60_000 };
    const outcomes = Array.from({ length: 10_000 }, (_, i) => {
      const ask = makeAsk({ key: keyOf(i), reason: '\u0001'.repeat(1000), params: { a: worst } });
      return recordRequest(place, { ask, newId: makeId(), answered: null }, NOW_MS + i).kind;
    });
    expect(outcomes.filter((kind) => kind === 'recorded')).toHaveLength(MAX_WAITING - 1);
    expect(outcomes.filter((kind) => kind === 'full')).toHaveLength(10_000 - MAX_WAITING + 1);
    expect(readWaiting(place, ACME, earlier.key)).toEqual(earlier);
    expect(readOverflow(place, ACME)).toEqual({ times: 10_000 - MAX_WAITING + 1, lastMs: NOW_MS + 9999 });
    const names = readdirSync(join(place.requestsDir, 'acme'));
    const size = names.reduce((sum, name) => sum + statSync(join(place.requestsDir, 'acme', name)).size, 0);
    expect(names).toHaveLength(MAX_WAITING + 1);
    expect(size).toBeLessThan(25 * 1024 * 1024);
    // What waits already can still be asked for, and another client's requests are not in the way of the flood.
    expect(record(place, makeAsk({ key: 'f'.repeat(32) }), NOW_MS).times).toBe(2);
    expect(record(place, makeAsk({ tenant: 'globex' as never })).times).toBe(1);
    clearOverflow(place, ACME);
    expect(readOverflow(place, ACME).times).toBe(0);
  });

  it('writes over no file that it cannot read', () => {
    const place = makePlace();
    const { key } = record(place);
    const file = join(place.requestsDir, 'acme', `${key}.json`);
    writeFileSync(file, 'garbage');
    const recorded = recordRequest(place, { ask: makeAsk(), newId: makeId(), answered: null }, NOW_MS);
    expect(recorded).toEqual({ kind: 'unreadable', why: `requests/acme/${key}.json is damaged` });
    expect(readFileSync(file, 'utf8')).toBe('garbage');
  });

  it('follows no link', () => {
    const place = makePlace();
    const target = `${place.requestsDir}-elsewhere`;
    mkdirSync(target, { mode: 0o700 });
    symlinkSync(target, place.requestsDir);
    expect(recordRequest(place, { ask: makeAsk(), newId: makeId(), answered: null }, NOW_MS)).toMatchObject({ kind: 'unreadable' });
    const inner = makePlace();
    mkdirSync(inner.requestsDir, { mode: 0o700 });
    symlinkSync(target, join(inner.requestsDir, 'acme'));
    expect(recordRequest(inner, { ask: makeAsk(), newId: makeId(), answered: null }, NOW_MS)).toMatchObject({ kind: 'unreadable' });
    expect(readdirSync(target)).toEqual([]);
  });
});

describe('an answer on file', () => {
  it('is taken for no answer where it is garbage, open to others, a link, or another request’s', () => {
    const place = makePlace();
    const approval = makeApproval();
    const { key } = approval.request;
    expect(readAnswer(place, ACME, key)).toBeNull();
    expect(writeAnswer(place, approval)).toBeNull();
    expect(readAnswer(place, ACME, key)).toEqual(approval);
    const file = join(place.approvalsDir, 'acme', `${key}.json`);
    const whole = readFileSync(file);
    const other = 'b'.repeat(32);
    writeFileSync(join(place.approvalsDir, 'acme', `${other}.json`), whole, { mode: 0o600 });
    expect(readAnswer(place, ACME, other)).toBe(`approvals/acme/${other}.json holds another request`);
    chmodSync(file, 0o640);
    expect(readAnswer(place, ACME, key)).toBe(`approvals/acme/${key}.json is open to others`);
    chmodSync(file, 0o600);
    writeFileSync(file, whole.subarray(0, 20));
    expect(readAnswer(place, ACME, key)).toBe(`approvals/acme/${key}.json is damaged`);
    chmodSync(join(place.approvalsDir, 'acme'), 0o770);
    expect(readAnswer(place, ACME, key)).toBe('approvals/acme can be written by others');
  });
});
