import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS, MAX_LINE_BYTES, buildLine } from '../../src/audit/record.js';
import { isDenial } from '../../src/denial/denial.js';
import { repairFound } from '../../src/audit/repair.js';
import { verifyChain } from '../../src/audit/verify.js';
import {
  DECEMBER,
  FILE,
  NOVEMBER,
  UID,
  append,
  appendRuns,
  intent,
  makeAuditDir,
  open,
  openDenied,
  readRecords,
  result,
} from './make-log.js';

let auditDir: string;
let remove: () => void;
beforeEach(() => ({ auditDir, remove } = makeAuditDir()));
afterEach(() => remove());

const path = (name = FILE): string => join(auditDir, name);
const size = (name = FILE): number => statSync(path(name)).size;
const detail = (nowMs?: number): [string, unknown] => {
  const denial = openDenied(auditDir, nowMs);
  return [denial.code, denial.facts['detail']];
};

describe('a chain', () => {
  it('begins at record 1 after 64 zeros, and opening it changes nothing', () => {
    const chain = open(auditDir);
    expect([chain.seq, readdirSync(auditDir)]).toEqual([0, []]);
    expect(chain.append(intent('R1'), { fsync: true })).toBeNull();
    chain.close();
    const [record] = readRecords(auditDir);
    expect([record?.seq, record?.prev, record?.time]).toEqual([1, GENESIS, '2026-11-23T10:00:00.000Z']);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(statSync(path('head.json')).mode & 0o777).toBe(0o600);
  });

  it('hashes the line before, without its newline', () => {
    appendRuns(auditDir, 2);
    const lines = readFileSync(path(), 'utf8').trimEnd().split('\n');
    const records = readRecords(auditDir);
    for (let n = 1; n < lines.length; n++)
      expect(records[n]?.prev).toBe(
        createHash('sha256')
          .update(lines[n - 1]!)
          .digest('hex'),
      );
  });

  it('writes the fields in a fixed order, whatever order they were given in, and none that it does not know', () => {
    const entry = Object.assign({ secret_exposed: false as const, value: 'hunter2', run: 'R1' }, { alias: 'a.b', type: 'intent' as const });
    const line = buildLine({ seq: 1, prev: GENESIS, time: '2026-11-23T10:00:00.000Z' }, entry).toString();
    expect(Object.keys(JSON.parse(line))).toEqual(['v', 'seq', 'prev', 'time', 'type', 'run', 'alias', 'secret_exposed']);
  });

  it('goes on over months, from file to file', async () => {
    appendRuns(auditDir, 1);
    append(auditDir, [intent('R2')], DECEMBER);
    expect(readRecords(auditDir, '2026-12.jsonl')[0]?.seq).toBe(3);
    expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null, records: 3, files: 2, head: 'ok' });
  });

  it('never dates a record earlier than the one before, even in another month', () => {
    append(auditDir, [intent('R1')], DECEMBER);
    const chain = open(auditDir, NOVEMBER);
    expect(chain.nowMs).toBe(DECEMBER);
    chain.append(intent('R2'), { fsync: false });
    chain.close();
    expect(readdirSync(auditDir).sort()).toEqual(['2026-12.jsonl', 'head.json']);
  });

  it('keeps the names of the limit files in its head', () => {
    const chain = open(auditDir);
    chain.limits = ['acme.read.json'];
    chain.append(intent('R1'), { fsync: false });
    chain.close();
    append(auditDir, [result('R1')]);
    const again = open(auditDir);
    expect(again.limits).toEqual(['acme.read.json']);
    again.close();
  });

  it('shortens an entry that would pass 64 KiB, the same way every time, and says so', () => {
    const params = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`p${n}`, 'f'.repeat(32)]));
    const entry = intent('R1', {
      folder: `/${'\u0007é😀'.repeat(40_000)}`,
      params,
      grants: Array.from({ length: 9_000 }, (_, n) => `g${n}`),
    });
    const place = { seq: 1, prev: GENESIS, time: '2026-11-23T10:00:00.000Z' };
    const line = buildLine(place, entry);
    expect(line.length).toBeLessThan(MAX_LINE_BYTES);
    expect(buildLine(place, entry).equals(line)).toBe(true);
    expect(JSON.parse(line.toString())).toMatchObject({ truncated: true, run: 'R1' });
    append(auditDir, [entry, result('R1')]);
    expect(readRecords(auditDir)).toHaveLength(2);
  });

  it('takes an entry whose every text is as long as can be', () => {
    const long = '\u0001'.repeat(20_000);
    const table = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`${long}${n}`, long]));
    append(auditDir, [
      intent(long, { folder: long, alias: long, tool: long, params: table, sources: table, detail: table, grants: [long, long] }),
    ]);
    expect(size()).toBeLessThanOrEqual(MAX_LINE_BYTES);
    append(auditDir, [result('R1')]);
  });

  it('refuses a clock that no record can hold', () => {
    for (const nowMs of [Number.NaN, Date.UTC(10_000, 0), Number.POSITIVE_INFINITY]) {
      const chain = open(auditDir, nowMs);
      expect(chain.append(intent('R1'), { fsync: false })?.code).toBe('AUDIT_UNAVAILABLE');
      chain.close();
    }
  });
});

describe('after a crash', () => {
  it('a log that is ahead of its head is taken up', () => {
    appendRuns(auditDir, 1);
    copyFileSync(path('head.json'), path('old'));
    appendRuns(auditDir, 2);
    append(auditDir, [intent('R9')], DECEMBER);
    renameSync(path('old'), path('head.json'));
    const chain = open(auditDir, DECEMBER);
    expect(chain.seq).toBe(7);
    chain.close();
  });

  it('a month file that was made and not written is used', () => {
    appendRuns(auditDir, 1);
    writeFileSync(path('2026-12.jsonl'), '', { mode: 0o600 });
    append(auditDir, [intent('R2')]);
    append(auditDir, [intent('R3')], DECEMBER);
    expect(readRecords(auditDir, '2026-12.jsonl')[0]?.seq).toBe(4);
  });

  it.each([
    ['absent', null],
    ['empty', ''],
    ['all zeros', '\0'.repeat(300)],
  ])('a head that is %s is made anew', (_, content) => {
    appendRuns(auditDir, 2);
    if (content === null) rmSync(path('head.json'));
    else writeFileSync(path('head.json'), content);
    append(auditDir, [intent('R3')]);
    expect(JSON.parse(readFileSync(path('head.json'), 'utf8'))).toMatchObject({ version: 1, seq: 5 });
  });

  it('a head that was being written does not stand in the way', () => {
    appendRuns(auditDir, 1);
    writeFileSync(path('head.json.tmp'), '{"version"');
    append(auditDir, [intent('R2')]);
  });

  it('a torn record beyond the head is cut at the next append, and a repair record says how much', async () => {
    appendRuns(auditDir, 1);
    const before = size();
    appendFileSync(path(), '{"v":1,"seq":3,"pr');
    open(auditDir).close();
    expect(size()).toBe(before + 18);
    append(auditDir, [intent('R2')]);
    expect(readRecords(auditDir).slice(2)).toMatchObject([
      { seq: 3, type: 'repair', run: 'R2', action: 'cut', detail: { cause: 'torn', file: FILE, bytes: 18, lost_seq: null } },
      { seq: 4, type: 'intent', run: 'R2' },
    ]);
    expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null, torn: null });
  });

  it('a torn record that the head names is cut, and the repair record names what was lost', () => {
    appendRuns(auditDir, 1);
    const lost = createHash('sha256').update(readFileSync(path(), 'utf8').split('\n')[1]!).digest('hex');
    truncateSync(path(), size() - 5);
    append(auditDir, [intent('R2')]);
    expect(readRecords(auditDir)[1]).toMatchObject({ seq: 2, type: 'repair', detail: { lost_seq: 2, lost_sha: lost } });
  });

  it('every way of tearing the last record is repaired, byte by byte', async () => {
    appendRuns(auditDir, 1);
    const whole = readFileSync(path());
    const head = readFileSync(path('head.json'));
    const first = whole.indexOf(0x0a) + 1;
    for (let end = first + 1; end < whole.length; end += 7) {
      writeFileSync(path(), whole.subarray(0, end));
      writeFileSync(path('head.json'), head);
      append(auditDir, [intent('R2')]);
      expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null, records: 3 });
    }
  });

  it('zeros that a power cut left for the last record are cut', () => {
    appendRuns(auditDir, 1);
    const whole = readFileSync(path());
    writeFileSync(path(), Buffer.concat([whole.subarray(0, whole.indexOf(0x0a) + 1), Buffer.alloc(20)]));
    append(auditDir, [intent('R2')]);
    expect(readRecords(auditDir)).toHaveLength(3);
  });

  it.each([
    ['with', true],
    ['without', false],
  ])('a torn first record of a month, %s a head, is cut', async (_, keepHead) => {
    appendRuns(auditDir, 1);
    if (!keepHead) rmSync(path('head.json'));
    writeFileSync(path('2026-12.jsonl'), '{"v":1,"s', { mode: 0o600 });
    append(auditDir, [intent('R2')], DECEMBER);
    expect(readRecords(auditDir, '2026-12.jsonl').map(({ seq, type }) => [seq, type])).toEqual([
      [3, 'repair'],
      [4, 'intent'],
    ]);
    expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null });
  });

  it('a torn very first record is cut', async () => {
    writeFileSync(path(), '{"v":1', { mode: 0o600 });
    append(auditDir, [intent('R1')]);
    expect(readRecords(auditDir).map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'repair'],
      [2, 'intent'],
    ]);
    expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null });
  });

  it('a cut whose repair record was not written yet still gets it', () => {
    appendRuns(auditDir, 1);
    const head = JSON.parse(readFileSync(path('head.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(path('head.json'), JSON.stringify({ ...head, torn: { file: FILE, bytes: 12, seq: null, sha: null } }));
    append(auditDir, [intent('R2')]);
    expect(readRecords(auditDir)[2]).toMatchObject({ type: 'repair', detail: { bytes: 12 } });
    append(auditDir, [intent('R3')]);
    expect(readRecords(auditDir)).toHaveLength(5);
  });
});

describe('a log that was changed', () => {
  beforeEach(() => appendRuns(auditDir, 2));
  const lines = (): string[] => readFileSync(path(), 'utf8').trimEnd().split('\n');
  const write = (all: readonly string[]): void => writeFileSync(path(), all.map((line) => `${line}\n`).join(''));

  it.each([
    ['the last record is gone', (): void => write(lines().slice(0, 3))],
    ['several records are gone', (): void => write(lines().slice(0, 1))],
    ['every record is gone', (): void => write([])],
    ['the file is gone', (): void => rmSync(path())],
    ['the last line is no record', (): void => write([...lines().slice(0, 3), 'x'])],
    ['the last line is changed', (): void => write([...lines().slice(0, 3), lines()[3]!.replace('"exit":0', '"exit":1')])],
    ['an earlier line is longer now', (): void => write([lines()[0]!.replace('acme', 'acmee'), ...lines().slice(1)])],
    ['a record follows that does not chain', (): void => write([...lines(), lines()[3]!.replace('"seq":4', '"seq":5')])],
    [
      'the last record is torn and the one before is gone',
      (): void => writeFileSync(path(), `${lines().slice(0, 2).join('\n')}\n{"v":1,"seq":4,`),
    ],
    [
      'the torn end is not of the record that the head names',
      (): void => writeFileSync(path(), `${lines().slice(0, 3).join('\n')}\n{"v":1,"seq":9,`),
    ],
    ['the last record has lost its newline and gained another', (): void => writeFileSync(path(), `${lines().join('\n')} \n`)],
    ['the head is garbage', (): void => writeFileSync(path('head.json'), '{"version":1}')],
    ['the head is not JSON', (): void => writeFileSync(path('head.json'), 'seq 4')],
    ['the file has another month’s name', (): void => (renameSync(path(), path('2026-10.jsonl')), rmSync(path('head.json')))],
    ['the end is one endless line', (): void => appendFileSync(path(), Buffer.alloc(2_000_000, 0x61))],
  ])('is refused where %s, shows in verify, and can be taken up again after a repair', async (_, change) => {
    change();
    expect(openDenied(auditDir).code).toBe('AUDIT_CHAIN_BROKEN');
    expect(openDenied(auditDir, DECEMBER).code).toBe('AUDIT_CHAIN_BROKEN');
    const before = await verifyChain(auditDir);
    if (isDenial(before)) throw new Error(before.code);
    expect(before).toMatchObject({ firstBad: { file: expect.any(String) } });
    const kept = readdirSync(auditDir)
      .filter((name) => name.endsWith('.jsonl'))
      .map((name): [string, Buffer] => [name, readFileSync(path(name))]);
    const repaired = repairFound({ auditDir, uid: UID, nowMs: NOVEMBER, run: 'X1' }, before);
    expect(repaired).toMatchObject({ kind: 'repair' });
    const after = await verifyChain(auditDir);
    expect(after).toMatchObject({
      firstBad: null,
      badCount: 0,
      acknowledged: [expect.anything(), ...Array.from({ length: before.badCount - 1 }, () => expect.anything())],
    });
    append(auditDir, [intent('R7'), result('R7')]);
    expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null });
    for (const [name, bytes] of kept) {
      const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
      expect(readFileSync(path(name)).subarray(0, whole.length).equals(whole)).toBe(true);
    }
  });

  it('names the file and the record', () => {
    write(lines().slice(0, 2));
    expect(detail()).toEqual(['AUDIT_CHAIN_BROKEN', `records 3 to 4 are missing at the end of ${FILE}`]);
  });

  it('is not appended to when it grew without the lock', () => {
    const chain = open(auditDir);
    appendFileSync(path(), 'x\n');
    expect(chain.append(intent('R3'), { fsync: false })?.code).toBe('AUDIT_CHAIN_BROKEN');
    chain.close();
  });
});

describe('a place that cannot be trusted or written is AUDIT_UNAVAILABLE', () => {
  beforeEach(() => appendRuns(auditDir, 1));
  it.each([
    ['no folder', (): void => rmSync(auditDir, { recursive: true })],
    ['a folder that others can write', (): void => chmodSync(auditDir, 0o777)],
    ['a log that others can write', (): void => chmodSync(path(), 0o666)],
    ['a head that its group can write', (): void => chmodSync(path('head.json'), 0o660)],
    ['a symlink for the log', (): void => (renameSync(path(), path('moved')), symlinkSync('moved', path()))],
    ['a symlink for the head', (): void => (renameSync(path('head.json'), path('moved')), symlinkSync('moved', path('head.json')))],
    ['a symlink for the folder', (): void => (renameSync(auditDir, `${auditDir}.moved`), symlinkSync(`${auditDir}.moved`, auditDir))],
    ['a FIFO for the log', (): void => (rmSync(path()), void spawnSync('mkfifo', [path()]))],
    ['a FIFO for the head', (): void => (rmSync(path('head.json')), void spawnSync('mkfifo', [path('head.json')]))],
    ['a folder for the log', (): void => (rmSync(path()), mkdirSync(path()))],
  ])('%s', (_, change) => {
    change();
    expect(detail()[0]).toBe('AUDIT_UNAVAILABLE');
    rmSync(`${auditDir}.moved`, { recursive: true, force: true });
  });

  it.skipIf(UID !== 0)('files of another user (needs root to make them)', () => {
    for (const name of [FILE, 'head.json', '.']) {
      chownSync(path(name), 12_345, 12_345);
      expect(detail()[0]).toBe('AUDIT_UNAVAILABLE');
      chownSync(path(name), 0, 0);
    }
  });

  it('a symlink for a new month’s file', () => {
    symlinkSync('/dev/null', path('2026-12.jsonl'));
    expect(detail(DECEMBER)[0]).toBe('AUDIT_UNAVAILABLE');
    expect(lstatSync(path('2026-12.jsonl')).isSymbolicLink()).toBe(true);
  });
});

describe('a write that fails', () => {
  const SCRIPT = `
    import { openChain } from ${JSON.stringify(join(import.meta.dirname, '../../src/audit/append.ts'))};
    const [auditDir, run] = process.argv.slice(2);
    const chain = openChain({ auditDir, nowMs: ${NOVEMBER}, uid: process.getuid() });
    const refused = 'kind' in chain ? chain : chain.append({ type: 'intent', run, folder: 'f'.repeat(900), secret_exposed: false }, { fsync: true });
    process.stdout.write(refused === null ? 'written' : refused.code);
  `;
  /** Appends under a limit of the file size (bash counts KiB): the kernel writes what fits, then refuses, as a full disk does. */
  const appendLimited = (kib: number, run: string): string =>
    spawnSync('bash', ['-c', `ulimit -f ${kib}; exec "$0" "$@"`, process.execPath, path('script.cjs'), auditDir, run], {
      encoding: 'utf8',
      env: {},
    }).stdout;

  it('leaves the log as it was, is denied, and the next one with room is written', async () => {
    const { outputFiles } = buildSync({
      stdin: { contents: SCRIPT, resolveDir: import.meta.dirname, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      write: false,
    });
    writeFileSync(path('script.cjs'), outputFiles[0]!.contents);
    expect([appendLimited(3, 'R1'), appendLimited(3, 'R2')]).toEqual(['written', 'written']);
    const before = readFileSync(path());
    expect(appendLimited(3, 'R3')).toBe('AUDIT_UNAVAILABLE');
    expect(readFileSync(path()).equals(before)).toBe(true);
    expect(appendLimited(9, 'R4')).toBe('written');
    expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null, records: 3, head: 'ok' });
    appendFileSync(path(), '{"v":1,"seq":4,');
    expect(appendLimited(4, 'R5')).toBe('AUDIT_UNAVAILABLE');
    expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null });
    expect(appendLimited(9, 'R6')).toBe('written');
    expect(await verifyChain(auditDir)).toMatchObject({ firstBad: null, torn: null, head: 'ok' });
    expect(readRecords(auditDir).filter(({ type }) => type === 'repair')).toHaveLength(1);
  });

  it('that cannot put its head in place takes its record back', () => {
    appendRuns(auditDir, 1);
    const before = readFileSync(path());
    const chain = open(auditDir);
    rmSync(path('head.json'));
    mkdirSync(path('head.json'));
    expect(chain.append(intent('R2'), { fsync: true })?.code).toBe('AUDIT_UNAVAILABLE');
    chain.close();
    expect(readFileSync(path()).equals(before)).toBe(true);
  });
});
