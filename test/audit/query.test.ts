import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CSV_COLUMNS, exportCsv, exportJsonl } from '../../src/audit/export.js';
import type { TextStream } from '../../src/audit/export.js';
import { parseMoment } from '../../src/audit/moment.js';
import { isDenial } from '../../src/denial/denial.js';
import { repairFound } from '../../src/audit/repair.js';
import { verifyChain } from '../../src/audit/verify.js';
import { EVERY_RECORD, queryRecords } from '../../src/audit/query.js';
import type { RecordFilter } from '../../src/audit/query.js';
import { walkLines, walkLinesBackward } from '../../src/audit/walk-lines.js';
import { DECEMBER, FILE, NOVEMBER, UID, append, appendRuns, intent, makeAuditDir, readRecords, result } from './make-log.js';

let auditDir: string;
let remove: () => void;
beforeEach(() => ({ auditDir, remove } = makeAuditDir()));
afterEach(() => remove());

async function seqs(filter: Partial<RecordFilter>): Promise<number[]> {
  const found: number[] = [];
  for await (const { record } of queryRecords(auditDir, { ...EVERY_RECORD, ...filter })) found.push(record.seq);
  return found;
}

async function textOf(stream: TextStream): Promise<string> {
  let text = '';
  for await (const piece of stream) text += piece;
  return text;
}

describe('a query', () => {
  beforeEach(() => {
    append(auditDir, [intent('R1', { project: 'website' }), result('R1')]);
    append(auditDir, [intent('R2', { tenant: 'globex', alias: 'gh.pr.list', principal: 'human:ada' })], NOVEMBER + 1_000);
    append(auditDir, [{ type: 'deny', run: 'R3', code: 'LINK_CHANGED', secret_exposed: false }], DECEMBER);
  });

  it.each<[string, Partial<RecordFilter>, number[]]>([
    ['nothing: every record, oldest first', {}, [1, 2, 3, 4]],
    ['newest first', { newestFirst: true }, [4, 3, 2, 1]],
    ['the newest two', { newestFirst: true, limit: 2 }, [4, 3]],
    ['at most none', { limit: 0 }, []],
    ['a tenant', { tenant: 'acme' }, [1, 2]],
    ['a project', { project: 'website' }, [1]],
    ['an alias with a star', { alias: 'github.*' }, [1, 2]],
    ['an alias that is a whole name', { alias: 'gh.pr.list' }, [3]],
    ['a kind of principal', { principal: 'agent' }, [1]],
    ['one principal', { principal: 'human:ada' }, [3]],
    ['a code', { code: 'LINK_CHANGED' }, [4]],
    ['a type', { type: 'result' }, [2]],
    ['a run', { run: 'R2' }, [3]],
    ['since, included', { sinceMs: NOVEMBER + 1_000 }, [3, 4]],
    ['until, not included', { untilMs: NOVEMBER + 1_000 }, [1, 2]],
    ['a later month', { sinceMs: DECEMBER }, [4]],
    ['before all', { untilMs: 0 }, []],
    ['two conditions at once', { tenant: 'acme', type: 'intent' }, [1]],
  ])('by %s', async (_, filter, expected) => {
    expect(await seqs(filter)).toEqual(expected);
  });

  it('finds what stands in a later month’s file since time was taken back', async () => {
    const found = await verifyChain(auditDir);
    if (isDenial(found)) throw new Error(found.code);
    repairFound({ auditDir, uid: UID, nowMs: NOVEMBER + 2_000, run: 'X1' }, found);
    append(auditDir, [intent('R4')], NOVEMBER + 3_000);
    expect(await seqs({ sinceMs: NOVEMBER + 2_000, untilMs: DECEMBER })).toEqual([5, 6]);
    expect(await seqs({ sinceMs: DECEMBER })).toEqual([4]);
  });

  it('passes over what is no record, in both directions', async () => {
    writeFileSync(join(auditDir, '2026-12.jsonl'), `not a record\n\n${'x'.repeat(900_000)}\n`, { flag: 'a' });
    appendFileSync(join(auditDir, '2026-12.jsonl'), '{"v":1,"torn');
    expect(await seqs({})).toEqual([1, 2, 3, 4]);
    expect(await seqs({ newestFirst: true })).toEqual([4, 3, 2, 1]);
  });

  it('ends with a denial when the folder is gone, not with silence', async () => {
    remove();
    expect(await queryRecords(auditDir, EVERY_RECORD).next()).toMatchObject({ done: true, value: { code: 'AUDIT_UNAVAILABLE' } });
  });
});

describe('lines', () => {
  it('are the same read forward and backward, over the edges of every chunk', async () => {
    const lengths = [1, 262_143, 262_144, 40_000, 1, 65_535, 65_534, 300_000, 65_000, 65_000, 65_000, 65_000, 65_000, 2, 600_000, 3];
    const texts = lengths.map((length, n) => String.fromCharCode(97 + n).repeat(length));
    writeFileSync(join(auditDir, FILE), texts.map((text) => `${text}\n`).join('') + 'torn');
    const forward: string[] = [];
    for await (const lines of walkLines(auditDir, FILE))
      for (const line of lines) if (line.whole && line.bytes !== null) forward.push(line.bytes.toString());
    const backward: string[] = [];
    for await (const line of walkLinesBackward(auditDir, FILE)) backward.push(line.toString());
    expect(backward.reverse()).toEqual(texts.filter((text) => text.length < 65_536));
    expect(forward.filter((text) => text.length < 65_536)).toEqual(texts.filter((text) => text.length < 65_536));
  });
});

describe('an export', () => {
  it('as JSON Lines is the log, byte for byte', async () => {
    appendRuns(auditDir, 2);
    const text = await textOf(exportJsonl(queryRecords(auditDir, EVERY_RECORD)));
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(readRecords(auditDir));
  });

  it('as CSV has the same columns for every record, one line each, ended by CRLF', async () => {
    append(auditDir, [
      intent('R1', { folder: '/a "b",\r\nc', grants: ['x', 'y'], params: { owner: 'ab' } }),
      result('R1', { child_exit: -1 }),
    ]);
    const lines = (await textOf(exportCsv(queryRecords(auditDir, EVERY_RECORD)))).split('\r\n');
    expect(lines[0]).toBe(CSV_COLUMNS.join(','));
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain('"/a ""b"",\\u000d\\u000ac"');
    expect(lines[1]).toContain('"x y"');
    expect(lines[1]).toContain('"{""owner"":""ab""}"');
    expect(lines[2]).toContain(',-1,');
  });

  it.each(['=cmd()', '+1', '-1', '@x', '＝1'])('keeps a spreadsheet from running %s', async (alias) => {
    append(auditDir, [intent('R1', { alias, grants: [alias] })]);
    const text = await textOf(exportCsv(queryRecords(auditDir, EVERY_RECORD)));
    expect(text.split(`"'${alias}"`)).toHaveLength(3);
  });

  it('never lets a control character through', async () => {
    append(auditDir, [intent('R1', { alias: '\u001b[2J\t=\u0007\u202e' })]);
    expect(await textOf(exportCsv(queryRecords(auditDir, EVERY_RECORD)))).toMatch(/^[\r\n\x20-\x7e]*$/);
  });
});

describe('a moment', () => {
  const NOW = Date.parse('2026-11-23T10:00:00.000Z');
  it.each<[string, string | null]>([
    ['24h', '2026-11-22T10:00:00.000Z'],
    ['7d', '2026-11-16T10:00:00.000Z'],
    ['90s', '2026-11-23T09:58:30.000Z'],
    ['15m', '2026-11-23T09:45:00.000Z'],
    ['2w', '2026-11-09T10:00:00.000Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23T08:00', '2026-11-23T08:00:00.000Z'],
    ['2026-11-23T08:00:30.5Z', '2026-11-23T08:00:30.500Z'],
    ['2026-11-23T08:00+01:00', '2026-11-23T07:00:00.000Z'],
    ['2026-13-01', null],
    ['2026-02-30', null],
    ['yesterday', null],
    ['-7d', null],
    ['7', null],
    ['', null],
    ['2026', null],
    ['Nov 23 2026', null],
  ])('%s', (text, expected) => {
    const timeMs = parseMoment(text, NOW);
    expect(timeMs === null ? null : new Date(timeMs).toISOString()).toBe(expected);
  });
});
