import { copyFileSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeBackEntry } from '../../src/audit/clock.js';
import { readLastTime } from '../../src/audit/head.js';
import { buildLine, hashLine } from '../../src/audit/record.js';
import { repairFound } from '../../src/audit/repair.js';
import { verifyChain } from '../../src/audit/verify.js';
import type { Verification } from '../../src/audit/verify.js';
import { isDenial } from '../../src/denial/denial.js';
import type { AuditEntry } from '../../src/model/audit.js';
import { DECEMBER, FILE, NOVEMBER, UID, append, appendRuns, intent, makeAuditDir, openDenied, readRecords, result } from './make-log.js';
import { temporaryHome } from '../helpers/temporary-home.js';

let auditDir: string;
let remove: () => void;
beforeEach(() => {
  ({ auditDir, remove } = makeAuditDir());
  appendRuns(auditDir, 3);
  append(auditDir, [intent('R4'), result('R4'), intent('R5')], DECEMBER);
});
afterEach(() => remove());

const NEXT = '2026-12.jsonl';
const path = (name = FILE): string => join(auditDir, name);
const lines = (name = FILE): string[] => readFileSync(path(name), 'utf8').trimEnd().split('\n');
const write = (all: readonly string[], name = FILE): void => writeFileSync(path(name), all.map((line) => `${line}\n`).join(''));
async function verify(dir = auditDir): Promise<Verification> {
  const found = await verifyChain(dir);
  if (isDenial(found)) throw new Error(`${found.code}: ${String(found.facts['detail'])}`);
  return found;
}
const repair = async (nowMs = DECEMBER) => repairFound({ auditDir, uid: UID, nowMs, run: 'X1' }, await verify());

describe('verify', () => {
  it('takes a log as it was written, and counts it', async () => {
    expect(await verify()).toMatchObject({ records: 9, files: 2, firstBad: null, badCount: 0, acknowledged: [], torn: null, head: 'ok' });
  });

  it('takes a folder without a log', async () => {
    rmSync(auditDir, { recursive: true });
    ({ auditDir, remove } = makeAuditDir());
    expect(await verify()).toMatchObject({ records: 0, files: 0, firstBad: null, head: 'absent' });
  });

  it('lists the intents that nothing follows as unknown outcomes', async () => {
    append(auditDir, [intent('R6'), { type: 'deny', run: 'R6', code: 'BACKEND_LOCKED', secret_exposed: false }], DECEMBER);
    expect((await verify()).unknownOutcomes).toEqual([{ run: 'R5', alias: 'github.issues.list', time: '2026-12-01T00:00:00.000Z' }]);
  });

  it('names an edited record, not the one after it', async () => {
    write(lines().map((line, n) => (n === 2 ? line.replace('acme', 'evil') : line)));
    expect((await verify()).firstBad).toMatchObject({ file: FILE, line: 3, seq: 3, why: 'changed' });
  });

  it('names a record whose own prev was edited', async () => {
    write(lines().map((line, n) => (n === 3 ? line.replace(/"prev":"./, '"prev":"g').replace('"prev":"g', '"prev":"0') : line)));
    const { firstBad } = await verify();
    expect([3, 4]).toContain(firstBad?.line);
  });

  it('names an edited record at the end of a month', async () => {
    write(lines().map((line, n) => (n === 5 ? line.replace('"exit":0', '"exit":1') : line)));
    expect((await verify()).firstBad).toMatchObject({ file: FILE, line: 6, seq: 6, why: 'changed' });
  });

  it.each([
    ['a removed record', (): void => write(lines().filter((_, n) => n !== 1)), FILE, 2, 'out-of-order'],
    ['a removed first record', (): void => write(lines().slice(1)), FILE, 1, 'out-of-order'],
    ['an inserted line', (): void => write([...lines().slice(0, 2), '{}', ...lines().slice(2)]), FILE, 3, 'not-a-record'],
    ['a repeated record', (): void => write([...lines().slice(0, 2), lines()[1]!, ...lines().slice(2)]), FILE, 3, 'out-of-order'],
    ['two records in the other order', (): void => write([lines()[1]!, lines()[0]!, ...lines().slice(2)]), FILE, 1, 'out-of-order'],
    ['a missing first file', (): void => rmSync(path()), NEXT, 1, 'out-of-order'],
    ['a missing last file', (): void => rmSync(path(NEXT)), FILE, 7, 'cut-short'],
    ['a file under another month’s name', (): void => renameSync(path(), path('2026-09.jsonl')), '2026-09.jsonl', 1, 'wrong-month'],
    ['an earlier file that ends within a record', (): void => writeFileSync(path(), readFileSync(path()).subarray(0, -4)), FILE, 6, 'torn'],
    ['a cut end', (): void => write(lines(NEXT).slice(0, 2), NEXT), NEXT, 3, 'cut-short'],
    [
      'an edited last record',
      (): void => write([...lines(NEXT).slice(0, 2), lines(NEXT)[2]!.replace('acme', 'evil')], NEXT),
      NEXT,
      3,
      'not-the-head',
    ],
    [
      'a line that is not UTF-8',
      (): void => writeFileSync(path(), Buffer.concat([Buffer.from([0xff, 0x0a]), readFileSync(path())])),
      FILE,
      1,
      'not-a-record',
    ],
    ['a line of a megabyte', (): void => write([...lines(), 'a'.repeat(1_000_000)]), FILE, 7, 'not-a-record'],
  ])('finds %s', async (_, change, file, line, why) => {
    change();
    expect((await verify()).firstBad).toMatchObject({ file, line, why });
  });

  it('lists a line that is no record once', async () => {
    write(lines().map((line, n) => (n === 2 ? 'x'.repeat(line.length) : line)));
    expect(await verify()).toMatchObject({ firstBad: { file: FILE, line: 3, why: 'not-a-record' }, badCount: 1 });
  });

  it('lists a line that is no record, and the changed one after it', async () => {
    write(lines().map((line, n) => (n === 2 ? 'x'.repeat(line.length) : n === 3 ? line.replace('acme', 'evil') : line)));
    expect((await verify()).breaks).toMatchObject([
      { line: 3, why: 'not-a-record' },
      { line: 4, why: 'changed' },
    ]);
  });

  it('says that a torn end is torn, which is no break', async () => {
    writeFileSync(path(NEXT), Buffer.concat([readFileSync(path(NEXT)), Buffer.from('{"v":1')]));
    expect(await verify()).toMatchObject({ firstBad: null, torn: { file: NEXT, bytes: 6 } });
  });

  it('says when the log is ahead of its head', async () => {
    copyFileSync(path('head.json'), path('old'));
    append(auditDir, [result('R5')], DECEMBER);
    renameSync(path('old'), path('head.json'));
    expect(await verify()).toMatchObject({ firstBad: null, head: 'behind' });
  });

  it('refuses to follow a symlink in place of a file', async () => {
    renameSync(path(), path('moved'));
    symlinkSync('moved', path());
    expect(await verifyChain(auditDir)).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  });

  it('holds nothing of a broken line in what it reports', async () => {
    write(['{"alias":"hunter2"}', ...lines()]);
    expect(JSON.stringify(await verify())).not.toContain('hunter2');
  });
});

describe('repair', () => {
  it('writes nothing when there is nothing to do', async () => {
    const before = readFileSync(path(NEXT));
    expect(await repair()).toEqual({ kind: 'repair', cutBytes: 0, acknowledged: [], acknowledgedCount: 0, takenBackMs: 0 });
    expect(readFileSync(path(NEXT)).equals(before)).toBe(true);
  });

  it('cuts a torn end, and says how much', async () => {
    writeFileSync(path(NEXT), Buffer.concat([readFileSync(path(NEXT)), Buffer.from('{"v":1')]));
    expect(await repair()).toMatchObject({ cutBytes: 6, acknowledged: [] });
    expect(await verify()).toMatchObject({ records: 10, firstBad: null, torn: null, head: 'ok' });
  });

  it('leaves a break as it is and puts it on record', async () => {
    write(lines().map((line, n) => (n === 2 ? line.replace('acme', 'evil') : line)));
    const broken = readFileSync(path());
    expect(await repair()).toMatchObject({ cutBytes: 0, acknowledgedCount: 1, acknowledged: [{ file: FILE, line: 3, why: 'changed' }] });
    expect(readFileSync(path()).equals(broken)).toBe(true);
    expect(await verify()).toMatchObject({ firstBad: null, acknowledged: [{ file: FILE, line: 3 }] });
  });

  it('does not cover what is changed afterwards', async () => {
    write(lines().map((line, n) => (n === 2 ? line.replace('acme', 'evil') : line)));
    await repair();
    const acknowledged = readFileSync(path());
    write(lines().map((line, n) => (n === 2 ? line.replace('evil', 'vile') : line)));
    expect((await verify()).firstBad).toMatchObject({ line: 3 });
    writeFileSync(path(), acknowledged);
    write(lines().map((line, n) => (n === 4 ? line.replace('acme', 'evil') : line)));
    expect((await verify()).badCount).toBe(2);
    expect(await repair()).toMatchObject({ acknowledgedCount: 2 });
    expect(await verify()).toMatchObject({ firstBad: null });
  });

  it('takes a broken middle and a torn, cut end at once', async () => {
    write(lines().filter((_, n) => n !== 1));
    writeFileSync(path(NEXT), `${lines(NEXT)[0]!}\n{"v":1,`);
    expect(await repair()).toMatchObject({ cutBytes: 7 });
    expect(await verify()).toMatchObject({ firstBad: null, torn: null, head: 'ok' });
    append(auditDir, [intent('R8')], DECEMBER);
    expect(await verify()).toMatchObject({ firstBad: null });
  });

  it('begins anew where every file is gone, and says what the head remembered', async () => {
    for (const name of readdirSync(auditDir).filter((file) => file.endsWith('.jsonl'))) rmSync(path(name));
    await repair();
    expect(await verify()).toMatchObject({ records: 1, firstBad: null, acknowledged: [{ why: 'cut-short' }] });
  });
});

describe('a log that is ahead of the clock', () => {
  const JANUARY = Date.parse('2027-01-05T00:00:00.000Z');
  const times = (name = NEXT) => readRecords(auditDir, name).map(({ type, time }) => `${type} ${time}`);
  /** Adds a record that follows in the chain, as whoever can write the file may; the head does not know of it. */
  function forge(entry: AuditEntry, timeMs: number): void {
    const seq = readRecords(auditDir, NEXT).at(-1)!.seq + 1;
    const prev = hashLine(Buffer.from(lines(NEXT).at(-1)!));
    const line = buildLine({ seq, prev, time: new Date(timeMs).toISOString() }, entry);
    writeFileSync(path(NEXT), `${lines(NEXT).join('\n')}\n${line.toString()}\n`);
  }

  it('is taken back to it by a repair record, after which records have the clock’s time again', async () => {
    expect(await repair(NOVEMBER + 5_000)).toMatchObject({ acknowledgedCount: 0, takenBackMs: DECEMBER - NOVEMBER - 5_000 });
    expect(readRecords(auditDir, NEXT).at(-1)).toMatchObject({
      type: 'repair',
      run: 'X1',
      action: 'clock',
      detail: { cause: 'clock', from: '2026-12-01T00:00:00.000Z' },
    });
    expect(readLastTime(auditDir, UID)).toBe(NOVEMBER + 5_000);
    append(auditDir, [result('R5')], NOVEMBER + 6_000);
    expect(times().slice(-2)).toEqual(['repair 2026-11-23T10:00:05.000Z', 'result 2026-11-23T10:00:06.000Z']);
    expect(await verify()).toMatchObject({
      firstBad: null,
      head: 'ok',
      latestMs: NOVEMBER + 6_000,
      acknowledged: [{ file: NEXT, line: 4, why: 'earlier-time' }],
    });
  });

  it('goes on in its last file until a later month has come', async () => {
    await repair(NOVEMBER);
    append(auditDir, [result('R5')], DECEMBER);
    append(auditDir, [intent('R6')], JANUARY);
    expect(readdirSync(auditDir).sort()).toEqual([FILE, NEXT, '2027-01.jsonl', 'head.json']);
    expect(await verify()).toMatchObject({ records: 12, firstBad: null, latestMs: JANUARY });
  });

  it('can be taken back again', async () => {
    await repair(NOVEMBER);
    append(auditDir, [intent('R6')], JANUARY);
    expect(await repair(NOVEMBER)).toMatchObject({ takenBackMs: JANUARY - NOVEMBER });
    append(auditDir, [result('R6')], NOVEMBER + 1);
    expect(await verify()).toMatchObject({ firstBad: null, head: 'ok', latestMs: NOVEMBER + 1 });
  });

  it('is left as it is where that is by a minute or less', async () => {
    expect(await repair(DECEMBER - 60_000)).toMatchObject({ takenBackMs: 0 });
    expect(await repair(DECEMBER - 60_001)).toMatchObject({ takenBackMs: 60_001 });
  });

  it('keeps its later records when its head was not told of the repair', async () => {
    copyFileSync(path('head.json'), path('old'));
    await repair(NOVEMBER);
    renameSync(path('old'), path('head.json'));
    append(auditDir, [result('R5')], NOVEMBER);
    expect(readLastTime(auditDir, UID)).toBe(NOVEMBER);
    expect(await verify()).toMatchObject({ firstBad: null, head: 'ok' });
  });

  it('is cut, has its break put on record and is taken back at once', async () => {
    write(lines().filter((_, n) => n !== 1));
    writeFileSync(path(NEXT), `${lines(NEXT)[0]!}\n{"v":1,`);
    expect(await repair(NOVEMBER)).toMatchObject({ cutBytes: 7, takenBackMs: DECEMBER - NOVEMBER });
    expect(await verify()).toMatchObject({ firstBad: null, torn: null, head: 'ok', latestMs: NOVEMBER });
  });

  const from = new Date(DECEMBER).toISOString();
  it.each<[string, AuditEntry]>([
    ['a denial', { type: 'deny', run: 'R9', code: 'ALIAS_UNKNOWN', secret_exposed: false }],
    ['an intent that says what the repair says', intent('R9', { action: 'clock', detail: { cause: 'clock', from } })],
    ['a repair that cut', { type: 'repair', run: 'R9', action: 'cut', detail: { cause: 'torn', from }, secret_exposed: false }],
    ['a repair that takes back another time', takeBackEntry('R9', DECEMBER - 1)],
  ])('is broken by %s of an earlier time, and takes no more', async (_, entry) => {
    forge(entry, NOVEMBER);
    expect((await verify()).breaks).toMatchObject([{ why: 'earlier-time' }, { why: 'wrong-month' }]);
    expect(openDenied(auditDir).code).toBe('AUDIT_CHAIN_BROKEN');
  });

  it('is not taken back by a run', () => {
    append(auditDir, [{ type: 'repair', run: 'R9', action: 'clock', detail: { cause: 'clock', from }, secret_exposed: false }], NOVEMBER);
    expect(times().at(-1)).toBe(`repair ${from}`);
  });

  it('is broken by an earlier month in the file after', async () => {
    await repair(NOVEMBER);
    append(auditDir, [intent('R6')], JANUARY);
    const [line] = lines('2027-01.jsonl');
    write([line!.replace(/"time":"[^"]+"/, '"time":"2026-12-31T00:00:00.000Z"')], '2027-01.jsonl');
    expect((await verify()).breaks.map(({ why }) => why)).toContain('wrong-month');
  });
});

describe('whatever is changed, verify finds it', () => {
  const pristine = (): string => {
    const dir = temporaryHome();
    for (const name of readdirSync(auditDir)) copyFileSync(path(name), join(dir, name));
    return dir;
  };
  const whole = (): [string, Buffer][] => [FILE, NEXT].map((name) => [name, readFileSync(path(name))]);

  it('any single byte, in any record', async () => {
    const files = whole();
    const dir = pristine();
    const property = fc.asyncProperty(fc.nat(1), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, flip) => {
      const [name, bytes] = files[which]!;
      const changed = Buffer.from(bytes);
      const place = at % bytes.length;
      changed[place] = changed[place]! ^ flip;
      writeFileSync(join(dir, name), changed);
      const found = await verify(dir);
      writeFileSync(join(dir, name), bytes);
      const isFound = found.firstBad !== null || (found.torn !== null && name === NEXT && place === bytes.length - 1);
      expect(isFound).toBe(true);
    });
    await fc.assert(property, { numRuns: 500 });
    rmSync(dir, { recursive: true });
  });

  it('any lines removed, moved or repeated', async () => {
    const original = [...lines(), ...lines(NEXT)];
    const edge = lines().length;
    const dir = pristine();
    const order = fc.array(fc.nat(original.length - 1), { maxLength: original.length + 2 });
    const swap = fc
      .tuple(fc.nat(original.length - 1), fc.nat(original.length - 1))
      .map(([a, b]) => original.map((_, n) => (n === a ? b : n === b ? a : n)));
    const property = fc.asyncProperty(fc.oneof(order, swap), fc.nat(original.length), async (picked, cut) => {
      const text = (from: number, to: number): string =>
        picked
          .slice(from, to)
          .map((n) => `${original[n]!}\n`)
          .join('');
      const split = picked.length === original.length ? edge : cut;
      writeFileSync(join(dir, FILE), text(0, split));
      writeFileSync(join(dir, NEXT), text(split, picked.length));
      const same = picked.length === original.length && picked.every((n, i) => n === i);
      expect((await verify(dir)).firstBad === null).toBe(same);
    });
    await fc.assert(property, { numRuns: 300 });
    rmSync(dir, { recursive: true });
  });

  it('and after a repair the log verifies and takes records, whatever was done to it', async () => {
    const files = whole();
    const head = readFileSync(path('head.json'));
    const damage = fc.record({
      which: fc.constantFrom(FILE, NEXT, 'head.json'),
      at: fc.nat(2_000),
      gone: fc.nat(600),
      put: fc.uint8Array({ maxLength: 30 }),
    });
    const clock = fc.constantFrom(NOVEMBER, DECEMBER);
    const property = fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), clock, async (all, nowMs) => {
      for (const { which, at, gone, put } of all) {
        const bytes = readFileSync(path(which));
        writeFileSync(path(which), Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + gone)]));
      }
      expect(isDenial(await repair(nowMs))).toBe(false);
      append(auditDir, [intent('R9')], NOVEMBER);
      expect(await verify()).toMatchObject({ firstBad: null, torn: null, head: 'ok' });
      for (const name of readdirSync(auditDir)) rmSync(path(name));
      for (const [name, bytes] of [...files, ['head.json', head] as const]) writeFileSync(path(name), bytes, { mode: 0o600 });
    });
    // Both files end in a torn record, the last one begins with it, the clock is in the month before, and nothing remembers a later time.
    const bothTorn = [
      { which: 'head.json', at: 778, gone: 293, put: Uint8Array.of(37) },
      { which: NEXT, at: 212, gone: 528, put: Uint8Array.of(143, 182, 4, 123, 45) },
      { which: FILE, at: 1740, gone: 181, put: Uint8Array.of(5, 117, 143, 214, 234, 173, 179, 172, 90) },
    ];
    await fc.assert(property, { numRuns: 200, examples: [[bothTorn, NOVEMBER]] });
  });
});
