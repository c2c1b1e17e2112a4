import { closeSync, lstatSync } from 'node:fs';
import { basename } from 'node:path';
import { verifyChain, type Verification } from '../../audit/verify.js';
import { isDenial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import { findAhead } from '../../model/ahead.js';
import { countWords } from '../../model/count-words.js';
import { describeSpan } from '../../model/describe-span.js';
import { quoteWord } from '../../model/quote-word.js';
import { isRefusal } from '../../model/refusal.js';
import { acquireLock, openLockFile } from '../../state/lock.js';
import type { State } from '../../state/open-state.js';
import { probeWriting } from '../../state/probe-writing.js';
import { auditLock } from '../with-chain.js';
import { explainLock } from '../explain-lock.js';
import type { World } from '../world.js';
import { operatorLock } from './administer.js';
import { bad, ok, warn, type Finding } from './finding.js';
import { findLimitFaults } from './repair-limits.js';
import { gatherRequests } from './requests.js';
import { listSessions } from './sessions.js';
import { fixLock } from './state-faults.js';

const REPAIR = 'outloop audit repair';

/** Whether what counts towards rates and concurrency can be read. */
export function examineLimits(state: State, nowMs: number): readonly Finding[] {
  const { isSure, broken, ahead } = findLimitFaults(state, nowMs);
  return [
    ...(isSure ? [] : [bad('limits', 'which limit files there were is not known: audit/head.json was lost', REPAIR)]),
    ...ahead.map(({ tenant, grant }) =>
      bad('limits', `grant ${grant} of tenant ${tenant} counts starts of a time that has not come, so it stays at its limit`, REPAIR),
    ),
    ...broken.map(({ tenant, grant, why }) => bad('limits', `the limit file of grant ${grant} of tenant ${tenant} ${why}`, REPAIR)),
  ];
}

/** Whether every session on file can be read. */
export function examineSessions(world: World): readonly Finding[] {
  const sessions = listSessions(world);
  if (isRefusal(sessions)) return [bad('sessions', sessions.message)];
  if (isDenial(sessions)) return [bad('sessions', describeDenial(sessions).reason)];
  return sessions.flatMap((line) =>
    line.kind === 'broken' ? [warn('sessions', `sessions/${line.id}.json cannot be read; remove it`)] : [],
  );
}

/** What waits for a person, and what of that cannot be read or was not kept. */
export async function examineRequests(state: State, world: World): Promise<readonly Finding[]> {
  const requests = await gatherRequests(state, world);
  if (isRefusal(requests)) return [bad('requests', requests.message)];
  const waiting = requests.lines.filter((line) => line.state === 'waiting').length;
  return [
    ...requests.broken.map(({ why }) => bad('requests', why, 'outloop requests prune')),
    ...Object.entries(requests.overflow).map(([tenant, times]) =>
      warn('requests', `${times} of tenant ${tenant} were not kept, because too many wait`, 'outloop requests prune --waiting'),
    ),
    ...(waiting === 0 ? [] : [ok('requests', `${countWords(waiting, 'request')} waiting for an answer: outloop requests list`)]),
  ];
}

/** Whether a run could write, and lock, what it must, and an operator's command too; and whether the log's chain is whole. */
export async function examineWriting(state: State, world: World): Promise<readonly Finding[]> {
  return [...probeDirectories(state), ...tryLocks(state), ...(await examineChain(state, world))];
}

function probeDirectories({ paths, uid }: State): readonly Finding[] {
  for (const directory of [paths.audit, paths.limits]) {
    const fault = probeWriting(directory);
    if (fault !== null) return [bad(basename(directory), `nothing can be written to ${directory}: ${fault}`, fixReadOnly(directory, uid))];
  }
  return [];
}

/** Where it is this user's own mode that keeps them out. */
function fixReadOnly(directory: string, uid: number): string | null {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  return stat !== undefined && stat.uid === uid && (stat.mode & 0o300) !== 0o300 ? `chmod 700 ${quoteWord(directory)}` : null;
}

function tryLocks(state: State): readonly Finding[] {
  const found: Finding[] = [];
  const log = auditLock(state);
  const lock = acquireLock(log);
  if ('kind' in lock) found.push(bad('audit', `the audit log cannot be locked: ${explainLock(lock, log)}`, fixLock(lock, log)));
  else lock.release();
  if (state.kind === 'ci') return found;
  const file = operatorLock(state);
  const opened = openLockFile(file);
  if (typeof opened === 'number') closeSync(opened);
  else found.push(bad('state', `the operator state cannot be changed: ${explainLock(opened, file)}`, fixLock(opened, file)));
  return found;
}

async function examineChain({ paths }: State, world: World): Promise<readonly Finding[]> {
  const chain = await verifyChain(paths.audit);
  if (isDenial(chain)) return [bad('audit', describeDenial(chain).reason)];
  return [judgeChain(chain), ...judgeTime(chain, world)];
}

function judgeChain(chain: Verification): Finding {
  if (chain.firstBad !== null) return bad('audit', `the chain is broken in ${chain.firstBad.file} at line ${chain.firstBad.line}`, REPAIR);
  if (chain.head === 'absent' && chain.records > 0)
    return warn('audit', 'audit/head.json was lost: whether records are missing at the end is not known', REPAIR);
  return ok('audit', `${countWords(chain.records, 'record')}, chain intact`);
}

function judgeTime({ latestMs }: Verification, world: World): readonly Finding[] {
  const aheadMs = findAhead(latestMs, world.now());
  if (aheadMs === null) return [];
  const text = `the audit log is ${describeSpan(aheadMs)} ahead of this clock, and policy goes by the log’s time: set the clock right, or take time back`;
  return [warn('audit', text, REPAIR)];
}
