import { untellable, type Job, type Untellable } from './job.js';
import type { Timing } from './timing.js';

/** Debian's cron takes no more of a command (its MAX_COMMAND is 1000 with the end mark), and refuses the whole crontab then. */
const MAX_COMMAND_BYTES = 998;

/** Where a schedule's lines begin and end in a crontab. The label keeps other schedules', and other states', lines apart. */
function markers(label: string): { readonly begin: string; readonly end: string } {
  return { begin: `# ${label}: begin. Made by outloop schedule add; outloop schedule remove takes it away.`, end: `# ${label}: end` };
}

/** The lines of a job in a crontab, with its markers and the last newline. */
export function formatCrontab(job: Job): string | Untellable {
  const command = formatCommand(job);
  if (Buffer.byteLength(command) > MAX_COMMAND_BYTES) {
    return untellable(`its paths make a line of ${Buffer.byteLength(command)} bytes, and cron takes ${MAX_COMMAND_BYTES}`);
  }
  const { begin, end } = markers(job.label);
  return `${begin}\n${formatFields(job.timing)} ${command}\n${end}\n`;
}

/** A crontab with a job's lines at its end; the lines that it has of that job already are replaced where they stand. All else stays byte for byte. */
export function putInCrontab(crontab: string, label: string, lines: string): string | Untellable {
  const found = findLines(crontab, label);
  if (found !== null && 'kind' in found) return found;
  const shell = findShell(crontab.slice(0, found?.from));
  if (shell !== null) return untellable(`the crontab sets SHELL=${shell}, which does not read a line as sh does`);
  if (found !== null) return crontab.slice(0, found.from) + lines + crontab.slice(found.to);
  return crontab + (crontab === '' || crontab.endsWith('\n') ? '' : '\n') + lines;
}

/** A crontab without a job's lines, and those lines (null: there are none). All else stays byte for byte. */
export function takeFromCrontab(crontab: string, label: string): { readonly crontab: string; readonly lines: string | null } | Untellable {
  const found = findLines(crontab, label);
  if (found === null) return { crontab, lines: null };
  if ('kind' in found) return found;
  return { crontab: crontab.slice(0, found.from) + crontab.slice(found.to), lines: crontab.slice(found.from, found.to) };
}

/** Numbers and stars only: not every cron takes lists of names, and a star with a step is a star to some when days are compared. */
function formatFields({ minutes, hours, days, months, weekdays }: Timing): string {
  return [minutes, hours, days, months, weekdays].map((list) => list?.join(',') ?? '*').join(' ');
}

/**
 * One line for sh, and for cron before it: cron ends a line at a newline, takes `%` for one unless a backslash stands before it (crontab(5)), and
 * some crons take one of two backslashes. So a backslash and a newline come from printf, whose octal escapes no cron touches.
 */
function formatCommand({ environment, words }: Job): string {
  const all = [...environment.map(([name, value]) => `${name}=${quote(value)}`), ...words.map(quote)].join(' ');
  const backslash = all.includes('$b') ? `b="$(printf '\\134')"; ` : '';
  // A substitution loses the newlines at its end: a dot holds its place.
  const newline = all.includes('$n') ? `n="$(printf '\\012.')"; n="\${n\\%.}"; ` : '';
  return backslash + newline + all;
}

const SPECIAL: Readonly<Record<string, string>> = { "'": `'"'"'`, '%': '\\%', '\\': `'"$b"'`, '\n': `'"$n"'` };

function quote(word: string): string {
  if (/^[A-Za-z0-9_./:@+,=-]+$/.test(word)) return word;
  return `'${word.replaceAll(/['%\\\n]/g, (character) => SPECIAL[character] ?? character)}'`;
}

/** Null: none. Lines whose begin or end was taken away are the operator's to look at. */
function findLines(crontab: string, label: string): { readonly from: number; readonly to: number } | Untellable | null {
  const { begin, end } = markers(label);
  const from = findLine(crontab, `# ${label}: begin`, false);
  const last = findLine(crontab, end, true);
  if (from < 0 && last < 0) return null;
  const again = from < 0 ? -1 : findLine(crontab.slice(from + begin.length), `# ${label}: begin`, false);
  if (from < 0 || last < from || again >= 0) {
    return untellable(
      `the lines of ${label} in the crontab lost their first or last line; take out ${nameLines(crontab, label)} with crontab -e`,
    );
  }
  const newline = crontab.indexOf('\n', last);
  return { from, to: newline < 0 ? crontab.length : newline + 1 };
}

/** What is left of a job: its marks, and the command beside one. */
function nameLines(crontab: string, label: string): string {
  const lines = crontab.split('\n');
  const isMark = (line: string | undefined) => line?.startsWith(`# ${label}: `) === true;
  const isLeft = (line: string, at: number) =>
    isMark(line) || (!line.startsWith('#') && line.includes(' schedule run ') && (isMark(lines[at - 1]) || isMark(lines[at + 1])));
  const left = lines.flatMap((line, at) => (isLeft(line, at) ? [at + 1] : []));
  return `${left.length === 1 ? 'line' : 'lines'} ${left.join(', ')} by hand`;
}

function findLine(crontab: string, text: string, whole: boolean): number {
  for (let at = 0; at < crontab.length;) {
    const next = crontab.indexOf('\n', at);
    const line = crontab.slice(at, next < 0 ? undefined : next);
    if (whole ? line === text : line.startsWith(text)) return at;
    if (next < 0) return -1;
    at = next + 1;
  }
  return -1;
}

/** The shell that the crontab's last `SHELL=` names, where that is none that reads quotes as sh does; null: all is well. */
function findShell(crontab: string): string | null {
  const named = [...crontab.matchAll(/^[ \t]*["']?SHELL["']?[ \t]*=[ \t]*["']?([^\s"']+)/gm)].at(-1)?.[1];
  if (named === undefined || /(?:^|\/)(?:sh|bash|dash|ash|ksh|mksh|zsh)$/.test(named)) return null;
  return named;
}
