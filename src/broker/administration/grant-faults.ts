import type { ProjectName } from '../../model/ids.js';
import { hintAt } from '../../model/problem.js';
import type { Alias, Json } from '../../model/service.js';
import { suggestName } from '../../model/suggest.js';
import type { Tenant } from '../../model/tenant.js';
import { isOver } from '../../policy/assess-grant.js';
import { checkValue } from '../../service/check-value.js';
import { listCovered } from './covered.js';
import type { Finding } from './finding.js';
import { describeConflict, findConflicts, findUnbound, nameFirst } from './grant-bindings.js';
import { listDoubts } from './grant-doubts.js';

/**
 * What is wrong with a tenant's grants, for `doctor`: those that are over, that permit no alias, that bind a slot which nothing they permit has, that
 * leave one unbound or bind it otherwise than a grant before them, or that pin a parameter to what an alias does not take; and what may be a slip.
 * `aliases` are all that there are; null where a broken service file leaves that open. `projects` are those that the tenant's links use; null where
 * that is open.
 */
export function findGrantFaults(
  { tenant, status, grants }: Tenant,
  { aliases, projects }: { aliases: readonly Alias[] | null; projects: readonly ProjectName[] | null },
  nowMs: number,
): readonly Omit<Finding, 'about'>[] {
  if (status === 'revoked') return [];
  return grants.flatMap((grant, at): Omit<Finding, 'about'>[] => {
    const name = `grant ${grant.id} of tenant ${tenant}`;
    const fix = `outloop grant remove ${tenant} ${grant.id}`;
    if (isOver(grant, nowMs)) return [{ level: 'warn', text: `${name} has expired`, fix }];
    const covered = aliases === null ? [] : listCovered(grant, aliases);
    const doubts = listDoubts(grant, { tenant, covered, projects }).map((text): Omit<Finding, 'about'> => {
      return { level: 'warn', text: `${name}: ${text}`, fix: null };
    });
    if (grant.effect === 'forbid' || aliases === null) return doubts;
    if (covered.length === 0) return [...doubts, { level: 'warn', text: `${name} permits no alias that there is`, fix }];
    const slots = new Set(covered.flatMap(({ service }) => Object.keys(service.slots)));
    const unbound = Object.keys(grant.bind).filter((slot) => !slots.has(slot));
    const circumstances = { grants, aliases, nowMs };
    const faults = [
      ...unbound.map((slot) => `${name} binds slot ${slot}, which no alias that it permits has${hintAt(suggestName(slot, [...slots]))}`),
      ...Object.entries(grant.pin).flatMap(([param, value]) => {
        const unfit = findUnfit(param, value, covered);
        return unfit === null ? [] : [`${name} pins parameter ${param} to what no run of ${unfit}`];
      }),
      // Of two that contradict each other the later one is told: it may have broken what there was.
      ...findConflicts(grant, circumstances).flatMap((conflict) =>
        grants.indexOf(conflict.other) < at ? [`${name} does not agree: ${describeConflict(conflict)}`] : [],
      ),
    ];
    const missing = findUnbound(grant, circumstances).map(({ slot, aliases: denied }): Omit<Finding, 'about'> => {
      const text = `${name} binds nothing to slot ${slot}, nor does another grant, so a run of ${nameFirst(denied)} that it permits is denied; add it again with --bind ${slot}=CREDENTIAL`;
      return { level: 'bad', text, fix };
    });
    return [...doubts, ...faults.map((text): Omit<Finding, 'about'> => ({ level: 'bad', text, fix })), ...missing];
  });
}

/** The aliases that do not take a pin, and what the first of them says of it; null: all take it. */
function findUnfit(name: string, value: Json, covered: readonly Alias[]): string | null {
  const faults = covered.flatMap(({ alias, params }) => {
    const param = params[name];
    const fault = param === undefined ? null : checkValue(param, value);
    return fault === null ? [] : [{ alias, detail: fault.detail }];
  });
  const [first] = faults;
  return first === undefined ? null : `${nameFirst(faults.map(({ alias }) => alias))} can have: ${first.detail}`;
}
