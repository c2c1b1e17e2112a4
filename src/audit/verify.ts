import { closeSync } from 'node:fs';
import { isDenial } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { codeOf } from '../model/error-code.js';
import { BreakList, readAcknowledged } from './break.js';
import type { Break } from './break.js';
import { takesBack } from './clock.js';
import { NO_RECORD, findTail } from './find-tail.js';
import type { Fragment, Tail } from './find-tail.js';
import { readHead } from './head.js';
import type { Head } from './head.js';
import { READING, listMonthFiles, monthFile, unavailable } from './log-file.js';
import { parseRecord } from './record.js';
import { walkLines } from './walk-lines.js';
import type { Line } from './walk-lines.js';
import type { AuditRecord } from '../model/audit.js';

/** A run whose intent stands in the log with nothing after it: it is still alive, or nobody knows how it ended. */
export type UnknownOutcome = { readonly run: string; readonly alias: string | null; readonly time: string };

/** What reading the whole log found. */
export type Verification = {
  readonly kind: 'verification';
  /** How many lines are records, and how many files there are. */
  readonly records: number;
  readonly files: number;
  /** The first break that no `repair` record acknowledges; null: the log is what outloop wrote, or every break is acknowledged. */
  readonly firstBad: Break | null;
  /** Every such break, the first thousand of them; `badCount` is how many there are. */
  readonly breaks: readonly Break[];
  readonly badCount: number;
  /** Breaks that `audit repair` has put on record, and where it took time back. */
  readonly acknowledged: readonly Break[];
  /** A record at the very end that was not written whole; the next append cuts it. It is no break. */
  readonly torn: Fragment | null;
  /** `behind`: the log has records that the head was not told of, which a crash explains. `absent`: there is no head. */
  readonly head: 'ok' | 'behind' | 'absent' | 'broken';
  /** In the order of the log. */
  readonly unknownOutcomes: readonly UnknownOutcome[];
  /** Where the log ends, and what a repair chains from. */
  readonly end: Tail;
  /** What the next record must not be earlier than, in milliseconds since the epoch, unless it takes time back. */
  readonly latestMs: number;
  /** The breaks within the log, as one hash that a repair record repeats; null when there are none. */
  readonly digest: string | null;
  /** The head, where it could be read. */
  readonly remembered: Head | null;
};

/**
 * Reads every file of the log and checks each line: it is a record, its number and `prev` follow, its time is not earlier
 * unless it takes time back, it stands in its month's file or in the one in which time was taken back; and the end against
 * the head. So an edit, a removal, an insertion, another order, a missing
 * file and a cut end are found. A break is listed, and the walk goes on from that line. The head is read first, so that
 * records which are appended meanwhile are merely ahead of it; a caller that holds the audit lock sees a still log.
 * AUDIT_UNAVAILABLE when the folder or a file cannot be read.
 */
export async function verifyChain(auditDir: string): Promise<Verification | Denial> {
  const head = readHead(auditDir, null);
  if (isDenial(head)) return head;
  const files = listMonthFiles(auditDir, null);
  if (isDenial(files)) return files;
  const check = new ChainCheck(head === 'unreadable' ? null : head);
  for (const file of files) {
    try {
      check.startFile(file);
      for await (const lines of walkLines(auditDir, file)) for (const line of lines) check.take(line);
    } catch (error) {
      return unavailable(`${file} cannot be read (${codeOf(error)})`);
    }
  }
  const end = findTail({ auditDir, uid: null, files, flags: READING }, head === 'unreadable' ? null : head);
  if (isDenial(end) && end.code !== 'AUDIT_CHAIN_BROKEN') return end;
  if (!isDenial(end) && end.fd !== null) closeSync(end.fd);
  return check.finish(files.length, { head, refused: isDenial(end) ? String(end.facts['detail']) : null });
}

class ChainCheck {
  readonly #head: Head | null;
  readonly #list = new BreakList();
  readonly #acknowledged: Break[] = [];
  readonly #open = new Map<string, UnknownOutcome>();
  #file = '';
  #end: Tail = NO_RECORD;
  #endLine = 0;
  #endIsRecord = true;
  #torn: Fragment | null = null;
  #tornLine = 0;
  /** The file in which time was taken back: it goes on until its own month has come. */
  #backIn: string | null = null;
  /** A record whose `prev` does not fit, until the next line tells which of the two was changed. */
  #doubt: { readonly earlier: Break; readonly later: Break; readonly sha: string } | null = null;
  #records = 0;
  #sawHead = false;

  constructor(head: Head | null) {
    this.#head = head;
    this.#sawHead = head !== null && head.seq === 0 && head.size === 0;
  }

  startFile(file: string): void {
    this.#file = file;
  }

  take(line: Line): void {
    if (this.#torn !== null) this.#addTorn(this.#torn);
    if (!line.whole) {
      this.#torn = { file: this.#file, start: line.start, bytes: line.end - line.start };
      this.#tornLine = line.number;
      return;
    }
    const record = line.bytes === null ? null : parseRecord(line.bytes);
    this.#settle(record?.prev ?? null);
    if (record === null) {
      this.#add({
        file: this.#file,
        line: line.number,
        seq: null,
        why: 'not-a-record',
        expected: `record ${this.#end.seq + 1}`,
        found: line.sha,
      });
    } else {
      this.#compare(record, line);
    }
    const timeMs = record === null ? this.#end.timeMs : this.#timeAfter(record);
    this.#end = { file: this.#file, size: line.end, seq: record?.seq ?? this.#end.seq + 1, sha: line.sha, timeMs };
    this.#endLine = line.number;
    this.#endIsRecord = record !== null;
    if (this.#head !== null && this.#head.file === this.#file && this.#head.size === line.end) {
      this.#sawHead = this.#head.sha === line.sha && this.#head.seq === this.#end.seq;
    }
    if (record !== null) this.#note(record);
  }

  /** `refused`: why a run would not append to this log, so that what denies a run is never a log that verifies. */
  finish(files: number, last: { readonly head: Head | 'unreadable' | null; readonly refused: string | null }): Verification {
    const { head, refused } = last;
    this.#settle(null);
    const inLog = this.#list.summary();
    const atEnd = this.#judgeHead(head) ?? (inLog.count === 0 && refused !== null ? this.#refusedEnd(refused) : null);
    const all = atEnd === null ? inLog.breaks : [...inLog.breaks, atEnd];
    return {
      kind: 'verification',
      records: this.#records,
      files,
      firstBad: all[0] ?? null,
      breaks: all,
      badCount: inLog.count + (atEnd === null ? 0 : 1),
      acknowledged: this.#acknowledged,
      torn: this.#torn,
      head: atEnd !== null ? 'broken' : head === null ? 'absent' : this.#head?.seq === this.#end.seq ? 'ok' : 'behind',
      unknownOutcomes: [...this.#open.values()],
      end: this.#end,
      latestMs: this.#latestMs(atEnd),
      digest: inLog.digest,
      remembered: this.#head,
    };
  }

  #compare(record: AuditRecord, line: Line): void {
    this.#records += 1;
    const place = { file: this.#file, line: line.number, seq: record.seq };
    const month = monthFile(Date.parse(record.time));
    if (record.seq !== this.#end.seq + 1) {
      this.#add({ ...place, why: 'out-of-order', expected: `record ${this.#end.seq + 1}`, found: `record ${record.seq}` });
    }
    // After a line that is no record, which is listed as such, no `prev` can fit; whether this one was changed the next one's tells.
    const isTold = !this.#endIsRecord && record.seq === this.#end.seq + 1;
    if (record.prev !== this.#end.sha && !isTold) {
      const later: Break = { ...place, why: 'changed', expected: record.prev, found: this.#end.sha };
      const earlier: Break = this.#end.file === null ? later : { ...later, file: this.#end.file, line: this.#endLine, seq: this.#end.seq };
      this.#doubt = { earlier: record.seq === this.#end.seq + 1 ? earlier : later, later, sha: line.sha };
    }
    if (Date.parse(record.time) < this.#end.timeMs) {
      const step: Break = { ...place, why: 'earlier-time', expected: new Date(this.#end.timeMs).toISOString(), found: record.time };
      if (takesBack(record, this.#end.timeMs)) this.#acknowledgeStep(step);
      else this.#add(step);
    }
    if (month !== this.#file && !(month < this.#file && this.#backIn === this.#file))
      this.#add({ ...place, why: 'wrong-month', expected: month, found: this.#file });
  }

  #acknowledgeStep(step: Break): void {
    this.#acknowledged.push(step);
    this.#backIn = step.file;
  }

  #timeAfter(record: AuditRecord): number {
    const timeMs = Date.parse(record.time);
    return takesBack(record, this.#end.timeMs) ? timeMs : Math.max(this.#end.timeMs, timeMs);
  }

  /** The head counts where it remembers more than the log has; the last file's name where it must be a month that has come. */
  #latestMs(atEnd: Break | null): number {
    const { file, timeMs } = this.#end;
    const month = file === null || file === this.#backIn ? 0 : Date.parse(`${file.slice(0, 7)}-01T00:00:00.000Z`);
    return Math.max(timeMs, month, atEnd === null || this.#head === null ? 0 : Date.parse(this.#head.time));
  }

  /** The next line's `prev` fits the later record: that one is whole, so the earlier one was changed; or else the later one. */
  #settle(prev: string | null): void {
    const doubt = this.#doubt;
    this.#doubt = null;
    if (doubt !== null) this.#list.add(prev === null || prev === doubt.sha ? doubt.earlier : doubt.later);
  }

  #add(found: Break): void {
    this.#list.add(found);
  }

  #addTorn(torn: Fragment): void {
    this.#torn = null;
    this.#add({ file: torn.file, line: this.#tornLine, seq: null, why: 'torn', expected: 'a newline', found: `${torn.bytes} bytes` });
  }

  #note(record: AuditRecord): void {
    if (record.type === 'intent') this.#open.set(record.run, { run: record.run, alias: record.alias ?? null, time: record.time });
    if (record.type === 'result' || record.type === 'deny') this.#open.delete(record.run);
    if (record.type !== 'repair') return;
    this.#acknowledged.push(...this.#list.acknowledge(record.detail?.['digest'] ?? null), ...readAcknowledged(record));
  }

  #refusedEnd(refused: string): Break {
    return {
      file: this.#end.file ?? 'head.json',
      line: this.#endLine,
      seq: this.#end.seq,
      why: 'not-the-head',
      expected: 'an end that can be appended to',
      found: refused,
    };
  }

  #judgeHead(head: Head | 'unreadable' | null): Break | null {
    const place = { file: this.#end.file ?? 'head.json', line: this.#endLine, seq: this.#end.seq };
    if (head === 'unreadable')
      return { file: 'head.json', line: 1, seq: null, why: 'head-unreadable', expected: 'a head', found: 'something else' };
    if (head === null || this.#sawHead) return null;
    if (head.seq <= this.#end.seq)
      return {
        ...place,
        why: 'not-the-head',
        expected: `record ${head.seq} ${head.sha}`,
        found: `record ${this.#end.seq} ${this.#end.sha}`,
      };
    const torn = this.#torn;
    const isLost = torn !== null && torn.file === head.file && torn.start + torn.bytes < head.size && head.seq === this.#end.seq + 1;
    if (isLost) return null;
    return {
      ...place,
      line: place.line + 1,
      seq: place.seq + 1,
      why: 'cut-short',
      expected: `record ${head.seq} ${head.sha}`,
      found: `record ${this.#end.seq}`,
    };
  }
}
