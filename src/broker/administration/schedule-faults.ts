import { existsSync } from 'node:fs';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import { gatherLink } from '../../link/gather-link.js';
import { resolveLink } from '../../link/resolve-link.js';
import { quoteWord } from '../../model/quote-word.js';
import type { Caller } from '../../model/run.js';
import type { Schedule } from '../../model/schedule.js';
import type { Alias } from '../../model/service.js';
import { checkFolder } from '../../schedule/check-schedule.js';
import { faultOfNotify } from '../../schedule/notify.js';
import { faultOfSchedules } from '../../schedule/schedule-file.js';
import type { State } from '../../state/open-state.js';
import { openRegistry } from '../find-link.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import type { Finding } from './finding.js';
import { askScheduler, readScheduleLines, wentWrong, type ScheduleLine } from './schedule-lines.js';

/** What schedules are held against. `aliases` are all that there are; null where that is not known. */
export type Surroundings = {
  readonly state: State;
  readonly world: World;
  readonly caller: Caller;
  readonly aliases: readonly Pick<Alias, 'alias'>[] | null;
};

type Fault = Omit<Finding, 'about'>;

/**
 * What is wrong with the schedules, for `doctor`: a broken one, or one whose alias, folder or entry in its scheduler is not there, never runs, and one
 * that did not go well is for the operator to look at.
 */
export function findScheduleFaults(surroundings: Surroundings): readonly Fault[] {
  const { state, world } = surroundings;
  const fault = faultOfSchedules(state);
  if (fault !== null) return [{ level: 'bad', text: fault, fix: null }];
  return readScheduleLines(state, world).flatMap((line) => [
    ...(findFault(line, surroundings) ?? []),
    ...(line.kind === 'schedule' && line.condition !== 'expired' ? findNotifyFault(line.schedule) : []),
  ]);
}

/** The first that is to be mended. */
function findFault(line: ScheduleLine, { state, world, caller, aliases }: Surroundings): readonly Fault[] | null {
  if (line.kind === 'broken') return [{ level: 'bad', text: line.why, fix: `outloop schedule remove ${line.name}` }];
  const { schedule, condition } = line;
  const { name, alias, on } = schedule;
  const remove = `outloop schedule remove ${name}`;
  if (condition === 'expired') return null;
  if (aliases?.every((defined) => defined.alias !== alias) === true)
    return [{ level: 'bad', text: `${name}: no service defines its alias ${alias}`, fix: remove }];
  const strayed = judgeFolder(schedule, state, world);
  if (strayed !== null) {
    const text = `${name}: it never runs: ${strayed.code}, ${describeDenial(strayed).reason}`;
    return [{ level: 'bad', text, fix: fixFolder(schedule, strayed) }];
  }
  const standing = askScheduler(state, world, caller, line);
  if (standing === 'absent') return [{ level: 'bad', text: `${name}: ${on} does not have it, so it never fires`, fix: addAgain(schedule) }];
  if (standing === 'changed') {
    const text = `${name}: its entry in ${on} is not what outloop would write now: it was changed, or outloop or its state was moved`;
    return [{ level: 'warn', text, fix: addAgain(schedule) }];
  }
  return wentWrong(line) ? [{ level: 'warn', text: `${name}: ${condition}`, fix: `outloop schedule show ${name}` }] : null;
}

function findNotifyFault(schedule: Schedule): readonly Fault[] {
  const [path] = schedule.notify ?? [];
  const fault = path === undefined ? null : faultOfNotify(path);
  if (path === undefined || fault === null) return [];
  const without = addAgain({ ...schedule, notify: null });
  const fix = fault === 'is not executable' ? `chmod +x ${quoteWord(path)}` : `put ${quoteWord(path)} back, else ${without}`;
  return [{ level: 'warn', text: `${schedule.name}: its notification command ${path} ${fault}`, fix }];
}

/** A firing's folder as the firing judges it. */
function judgeFolder(schedule: Schedule, state: State, world: World): Denial | null {
  const registry = openRegistry(state);
  if (isDenial(registry)) return null;
  const evidence = gatherLink({ uid: state.uid, cwd: () => schedule.folder.directory });
  const link = resolveLink(evidence, registry);
  return isDenial(link) ? link : checkFolder(schedule, link, evidence, readNow(state, world));
}

/** A folder that is gone, or another client's now, is none to make it in again. Null: what mends a path that is not trusted is told with the links. */
function fixFolder(schedule: Schedule, { code }: Denial): string | null {
  if (code === 'LINK_UNTRUSTED_PATH') return null;
  const { directory, tenant, project } = schedule.folder;
  if (code === 'TENANT_MISMATCH' || !existsSync(directory)) return `outloop schedule remove ${schedule.name}`;
  return `cd ${quoteWord(directory)} && outloop link --tenant ${tenant} --project ${project} && ${formatAdd(schedule)}`;
}

/** Makes a schedule anew, as it was made. */
function addAgain(schedule: Schedule): string {
  return `cd ${quoteWord(schedule.folder.directory)} && ${formatAdd(schedule)}`;
}

function formatAdd({ name, when, on, expiresMs, timeoutMs, notify, alias, params, extra }: Schedule): string {
  const texts = params.flatMap((param) => (param.kind === 'text' ? [`${param.name}=${param.text}`] : []));
  const values = params.flatMap((param) => (param.kind === 'json' ? [[param.name, param.value] as const] : []));
  const words = [
    ...['outloop', 'schedule', 'add', name, '--when', when, '--on', on],
    ...(expiresMs === null ? [] : ['--expires', new Date(expiresMs).toISOString()]),
    ...(timeoutMs === null ? [] : ['--timeout', `${timeoutMs}ms`]),
    ...(notify ?? []).map((word) => `--notify=${word}`),
    ...(values.length === 0 ? [] : ['--params', '-']),
    '--replace',
    alias,
    ...texts,
    ...(extra.length === 0 ? [] : ['--', ...extra]),
  ];
  const add = words.map(quoteWord).join(' ');
  return values.length === 0 ? add : `printf %s ${quoteWord(JSON.stringify(Object.fromEntries(values)))} | ${add}`;
}
