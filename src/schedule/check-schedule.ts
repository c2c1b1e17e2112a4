import { hash } from 'node:crypto';
import type { DenialCode } from '../denial/catalogue.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Link, LinkEvidence } from '../model/link.js';
import type { Schedule } from '../model/schedule.js';
import type { Alias } from '../model/service.js';
import type { Grant } from '../model/tenant.js';

// What a firing finds is held against what its schedule was made from. A difference is a denial: a schedule that is stale never runs "anyway".

/** The folder, its link and the time. `nowMs` is the larger of the clock and the last audit record's time. */
export function checkFolder(schedule: Schedule, link: Link, evidence: LinkEvidence, nowMs: number): Denial | null {
  const { name, folder, expiresMs } = schedule;
  if (link.tenant !== folder.tenant)
    return deny('TENANT_MISMATCH', { tenant: link.tenant, by: `schedule ${name}`, asserted: folder.tenant, schedule: name });
  const { directory } = link;
  if (directory !== folder.directory)
    return deny('LINK_NOT_APPROVED', { directory, detail: `schedule ${name} was made for ${folder.directory}` });
  const file = evidence.file.kind === 'found' ? evidence.file : null;
  if (file?.inode !== folder.inode) {
    return deny('LINK_NOT_APPROVED', { directory, detail: `another folder stands there than the one that schedule ${name} was made for` });
  }
  if (link.project !== folder.project)
    return deny('LINK_CHANGED', { directory, detail: `schedule ${name} was made for project ${folder.project}` });
  if (link.id !== folder.link || sha256(file.bytes) !== folder.sha256) {
    return deny('LINK_CHANGED', { directory, detail: `schedule ${name} was made before that` });
  }
  if (expiresMs !== null && nowMs >= expiresMs)
    return deny('ALIAS_NOT_ALLOWED', { alias: schedule.alias, detail: `schedule ${name} has expired` });
  return null;
}

/** The alias and its service. */
export function checkAlias({ name, definition }: Schedule, alias: Alias): Denial | null {
  if (alias.definition === definition) return null;
  return deny('ALIAS_NOT_ALLOWED', { alias: alias.alias, detail: `schedule ${name} is stale: the alias or its service has changed` });
}

/** The grants: each of those that it was made from still determines the decision, and is as it was. Others beside them only limit it further. */
export function checkGrants({ name, alias, grants }: Schedule, determining: readonly Grant[]): Denial | null {
  const stale = grants.find(({ id, definition }) => !determining.some((grant) => grant.id === id && grant.definition === definition));
  if (stale === undefined) return null;
  return deny('ALIAS_NOT_ALLOWED', { alias, detail: `schedule ${name} is stale: grant ${stale.id} has changed` });
}

/**
 * Refusals that no firing gets over by itself: the operator looks at the schedule and makes it again. TENANT_MISMATCH is one where the folder has
 * another tenant, and none where whoever started it asserts another or is in another's session.
 */
const FOR_THE_OPERATOR: readonly DenialCode[] = [
  'LINK_NOT_FOUND',
  'LINK_NOT_APPROVED',
  'LINK_CHANGED',
  'LINK_UNTRUSTED_PATH',
  'TENANT_UNKNOWN',
  'PIN_MISMATCH',
  'ALIAS_UNKNOWN',
  'ALIAS_NOT_ALLOWED',
  'DESTINATION_NOT_ALLOWED',
  'PARAM_INVALID',
  'PARAM_UNSAFE',
];

/** A firing's denial with its schedule among the facts, where the next step is about the schedule; a folder that is gone is named. */
export function nameSchedule<T>(answer: T | Denial, { name, folder }: Schedule): T | Denial {
  if (!isDenial(answer) || !FOR_THE_OPERATOR.includes(answer.code)) return answer;
  const detail = `schedule ${name} was made for ${folder.directory}`;
  return { ...answer, facts: { ...(answer.code === 'LINK_NOT_FOUND' ? { detail } : {}), ...answer.facts, schedule: name } };
}

function sha256(content: Uint8Array | string): string {
  return hash('sha256', content);
}
