import { hash } from 'node:crypto';
import type { AuditEntry, AuditRecord } from '../model/audit.js';

const WHYS = [
  'not-a-record',
  'out-of-order',
  'changed',
  'earlier-time',
  'wrong-month',
  'torn',
  'cut-short',
  'not-the-head',
  'head-unreadable',
] as const;

/**
 * How a line is not what outloop wrote. `not-a-record`: it does not parse. `out-of-order`: its number is not the next.
 * `changed`: the record after it holds another hash of it (or, where that one has been changed itself, its own `prev`).
 * `earlier-time`, `wrong-month`: its time does not fit the line before or the file. `torn`: a file other than the last ends
 * within a record. The others come from the head: `cut-short`: it remembers records that are gone; `not-the-head`: the
 * record it remembers is another one; `head-unreadable`: it is not a head.
 */
export type BreakWhy = (typeof WHYS)[number];

/** A place where the chain does not hold. `line` counts from 1; `seq` null: the line has no number. No text holds a record's content. */
export type Break = {
  readonly file: string;
  readonly line: number;
  readonly seq: number | null;
  readonly why: BreakWhy;
  readonly expected: string;
  readonly found: string;
};

/** No more of them are kept; the count and the digest go on. */
const MAX_KEPT = 1_000;

/** Breaks within the log since the last one that was acknowledged, with one hash over all of them in their order. */
export class BreakList {
  #kept: Break[] = [];
  #count = 0;
  #digest: string | null = null;

  add(found: Break): void {
    if (this.#kept.length < MAX_KEPT) this.#kept.push(found);
    this.#count += 1;
    const text = JSON.stringify([found.file, found.line, found.seq, found.why, found.expected, found.found]);
    this.#digest = hash('sha256', `${this.#digest ?? ''}\n${text}`);
  }

  /** Empties the list and gives what was in it when `digest` is the hash of exactly these breaks; otherwise gives nothing. */
  acknowledge(digest: unknown): readonly Break[] {
    if (this.#digest === null || digest !== this.#digest) return [];
    const kept = this.#kept;
    this.#kept = [];
    this.#count = 0;
    this.#digest = null;
    return kept;
  }

  summary(): { readonly breaks: readonly Break[]; readonly count: number; readonly digest: string | null } {
    return { breaks: this.#kept, count: this.#count, digest: this.#digest };
  }
}

/**
 * The record that acknowledges: `digest` and `breaks` (how many) cover the breaks within the log; the first break, or the
 * head's where there is one, is named in full.
 */
export function acknowledgeEntry(
  run: string,
  found: { readonly named: Break; readonly breaks: number; readonly digest: string | null },
): AuditEntry {
  const { named, breaks, digest } = found;
  return { type: 'repair', run, action: 'acknowledge', detail: { cause: 'break', breaks, digest, ...named }, secret_exposed: false };
}

/** The break that an acknowledgement names and the log itself no longer shows: what the head of that time told. */
export function readAcknowledged(record: AuditRecord): readonly Break[] {
  const detail = record.detail ?? {};
  const why = WHYS.find((known) => known === detail['why']);
  const { file, line, seq, expected, found } = detail;
  if (detail['cause'] !== 'break' || (why !== 'cut-short' && why !== 'not-the-head' && why !== 'head-unreadable')) return [];
  if (typeof file !== 'string' || typeof line !== 'number' || typeof expected !== 'string' || typeof found !== 'string') return [];
  return [{ file, line, seq: typeof seq === 'number' ? seq : null, why, expected, found }];
}
