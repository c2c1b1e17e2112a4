import type { ScheduleLine } from '../broker/administration/schedule-lines.js';

/** How a scheduler stands to a schedule, where that is worth a word. */
const STANDINGS: Readonly<Record<string, string>> = { absent: ', not installed', changed: ', its entry differs' };

export function nameOf(line: ScheduleLine): string {
  return line.kind === 'broken' ? line.name : line.schedule.name;
}

export function conditionOf(line: ScheduleLine): string {
  return line.kind === 'broken' ? 'broken' : line.condition;
}

/** A schedule in a row: name, condition, when, on, alias, for whom, and how its last firing ended. */
export function describeLine(line: ScheduleLine, standing: string): readonly string[] {
  if (line.kind === 'broken') return [line.name, 'broken', '', '', '', '', line.why];
  const { name, when, on, alias, folder } = line.schedule;
  return [name, `${line.condition}${STANDINGS[standing] ?? ''}`, when, on, alias, `${folder.tenant}/${folder.project}`, describeLast(line)];
}

/** `2026-11-24T02:30:01.120Z ALIAS_NOT_ALLOWED (105): …`, and the time that was missed. */
export function describeLast(line: ScheduleLine): string {
  if (line.kind === 'broken') return line.why;
  const { last, condition, awaitedMs } = line;
  const missed = condition === 'missed' ? `nothing at ${new Date(awaitedMs).toISOString()}` : '';
  if (last === null) return missed;
  const ended = last.code === 'OK' ? 'OK' : `${last.code} (${last.exit}): ${last.reason}`;
  return `${missed === '' ? '' : `${missed}; before that `}${new Date(last.atMs).toISOString()} ${ended}`;
}

/** The same for `--json`. Times are ISO 8601 in UTC; `standing` null: its scheduler was not asked. */
export function scheduleJson(line: ScheduleLine, standing: string | null) {
  if (line.kind === 'broken') return { name: line.name, condition: 'broken', reason: line.why };
  const { schedule, condition, last, dueMs, nextMs } = line;
  const { name, when, on, alias, folder, expiresMs, grants, createdMs } = schedule;
  const time = (ms: number) => new Date(ms).toISOString();
  return {
    name,
    condition,
    when,
    on,
    ...(standing === null ? {} : { installed: standing }),
    alias,
    tenant: folder.tenant,
    project: folder.project,
    folder: folder.directory,
    grants: grants.map(({ id }) => id),
    created: time(createdMs),
    expires: expiresMs === null ? null : time(expiresMs),
    last: last === null ? null : { run: last.run, time: time(last.atMs), code: last.code, exit: last.exit, reason: last.reason },
    due: time(dueMs),
    next: time(nextMs),
  };
}
