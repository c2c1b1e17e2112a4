/** A line as an agent reads it. */
export type InstructionLine = {
  readonly kind: 'line';
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
  /** It is a command or a piece of a program, not a sentence. */
  readonly isCode: boolean;
  /** The whole command that it is a part of, where backslashes join several lines. */
  readonly command: string;
  /** Whether the sentence forbids what stands at this index, as in "never read .env". Code forbids nothing. */
  readonly forbids: (index: number) => boolean;
};

/** Longer lines are nobody's sentence, and a search over them would take long. */
const MAX_LINE = 10_000;
const FORBIDS = /\b(?:never|not|don['’]t|cannot|can['’]t|avoid|without|instead of|rather than|no longer|forbidden|refuse[sd]?)\b/i;
/** Where a new thought begins; after a comma only with a verb that tells somebody to do something. */
const THOUGHT =
  /[.;:!?](?=\s)|—|\bbut\b|\bthen\b|,\s*(?:and\s+)?(?=(?:cat|read|use|run|export|load|source|set|copy|take|get|put|pass|open|ask|call|send|paste)\b)/gi;

/** A file's lines, in order; one that is too long to be looked into has no text. */
export function* readLines(
  text: string,
  isCode: boolean,
): Generator<InstructionLine | { readonly kind: 'too-long'; readonly number: number }> {
  const lines = text.split(/\r\n|\n|\r/);
  let fence: string | null = null;
  for (const [i, line] of lines.entries()) {
    if (line.length > MAX_LINE) {
      yield { kind: 'too-long', number: i + 1 };
      continue;
    }
    const mark = isCode ? null : (/^\s*(?:[-*>]\s+)?(```+|~~~+)/.exec(line)?.[1] ?? null);
    if (mark !== null && (fence === null || mark.startsWith(fence))) {
      fence = fence === null ? mark : null;
      continue;
    }
    const code = isCode || fence !== null;
    const before = code ? '' : previousProse(lines, i);
    yield {
      kind: 'line',
      number: i + 1,
      text: line,
      isCode: code,
      command: joinCommand(lines, i),
      forbids: (index) => !code && isForbidden(`${before}${line.slice(0, index)}`),
    };
  }
}

/** What stands before the thing, from where the thought began. */
function isForbidden(before: string): boolean {
  let start = 0;
  for (const { index, 0: mark } of before.matchAll(THOUGHT)) start = index + mark.length;
  const thought = before.slice(start);
  return FORBIDS.test(thought) || /\bno\s+(?:\S+\s+)?["'`(]*$/i.test(thought);
}

/** The line above, where the sentence goes on from it. */
function previousProse(lines: readonly string[], i: number): string {
  const above = lines[i - 1] ?? '';
  const starts = /^\s*(?:[-*+>#|]|\d+[.)]|$)/;
  return starts.test(lines[i] ?? '') || above.trim() === '' || above.length > MAX_LINE || /^\s*#/.test(above) ? '' : `${above} `;
}

function joinCommand(lines: readonly string[], i: number): string {
  let first = i;
  while (first > 0 && i - first < 20 && /\\\s*$/.test(lines[first - 1] ?? '')) first--;
  let last = i;
  while (last - i < 20 && /\\\s*$/.test(lines[last] ?? '')) last++;
  return lines
    .slice(first, last + 1)
    .map((line) => line.replace(/\\\s*$/, '').slice(0, MAX_LINE))
    .join(' ');
}
