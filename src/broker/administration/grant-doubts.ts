import type { ProjectName } from '../../model/ids.js';
import { hintAt } from '../../model/problem.js';
import type { Alias } from '../../model/service.js';
import { suggestName } from '../../model/suggest.js';
import type { Grant, Tenant } from '../../model/tenant.js';
import { neededSlots } from '../../policy/evaluate.js';

/** What a grant says that may be a slip, though it holds: each in a clause. `covered` are the aliases that it bears on; `projects`: see `findUnlinked`. */
export function listDoubts(
  grant: Grant,
  { tenant, covered, projects }: { tenant: Tenant['tenant']; covered: readonly Alias[]; projects: readonly ProjectName[] | null },
): readonly string[] {
  return [...findSpread(grant, covered), ...findUnlinked(grant, tenant, projects)];
}

/** A bound slot that services of several hosts have under one name: a key of the one would go to the others too. */
function findSpread({ bind }: Grant, covered: readonly Alias[]): readonly string[] {
  return Object.entries(bind).flatMap(([slot, credential]) => {
    const places = new Map<string, string>();
    for (const alias of covered) {
      const { service, slots } = alias.service;
      const needed = neededSlots(alias).find((name) => name === slot);
      const hosts = needed === undefined ? undefined : slots[needed]?.hosts;
      if (hosts !== undefined) places.set(service, [...hosts].sort().join(' '));
    }
    if (new Set(places.values()).size < 2) return [];
    const services = [...places].map(([service, hosts]) => `${service} (${hosts})`);
    return [
      `slot ${slot} is one of several services, so credential ${credential} goes to each: ${services.join(', ')}; make a grant for each`,
    ];
  });
}

/** A project is a word that links use: one that no link of the tenant uses may be a slip. `projects` are those that links use; null: nobody can tell. */
function findUnlinked({ projects: named }: Grant, tenant: string, projects: readonly ProjectName[] | null): readonly string[] {
  if (projects === null) return [];
  const unlinked = named?.filter((project) => !projects.includes(project)) ?? [];
  return unlinked.map((project) => `no folder is linked to ${tenant}/${project} yet${hintAt(suggestName(project, projects))}`);
}
