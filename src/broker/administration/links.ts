import { isDenial, type Denial } from '../../denial/denial.js';
import { createLinkFile } from '../../link/create-link-file.js';
import { addLink, formatRegistry, removeLink, type LinkEntry } from '../../link/registry.js';
import { planLink, type LinkPlan } from '../../link/register-link.js';
import { encodeUlid, type LinkId, type ProjectName, type TenantName } from '../../model/ids.js';
import type { FolderEvidence } from '../../model/link.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { writePrivateFile } from '../../state/private-file.js';
import { findTenant } from '../configuration.js';
import { openRegistry } from '../find-link.js';
import type { World } from '../world.js';
import { administer, openForChange } from './administer.js';

export type LinkWish = { readonly folder: FolderEvidence | null; readonly tenant: TenantName | null; readonly project: ProjectName | null };

/** What `link` would do here, to be shown before it is agreed to; the tenant must be there. */
export async function proposeLink(world: World, wish: LinkWish): Promise<LinkPlan | Refusal | Denial> {
  const state = openForChange(world);
  if (isDenial(state) || isRefusal(state)) return state;
  const registry = openRegistry(state);
  if (isDenial(registry)) return registry;
  const newId = `lnk_${encodeUlid(world.now(), world.random(10))}` as LinkId;
  const plan = planLink({ ...wish, registry, newId, time: new Date(world.now()).toISOString() });
  if (isDenial(plan) || isRefusal(plan)) return plan;
  const found = await findTenant(state, plan.entry.tenant, world);
  return isDenial(found) ? found : plan;
}

/** Carries a plan out: writes the link file where there is none, and registers the folder. */
export function approveLink(world: World, caller: Caller, plan: LinkPlan): Promise<LinkEntry | Refusal | Denial> {
  const { entry, write } = plan;
  const detail = { tenant: entry.tenant, project: entry.project, folder: entry.directory, link: entry.id };
  return administer(world, caller, { action: 'link', tenant: entry.tenant, detail }, (state) => {
    const registry = openRegistry(state);
    if (isDenial(registry)) return registry;
    if (write !== null) createLinkFile(entry.directory, write);
    writePrivateFile(state.paths.links, formatRegistry(addLink(registry, entry)));
    return entry;
  });
}

/** A linked folder as it is typed: by its path, or by the id of its link. The first path that is linked is meant. */
export type LinkedWish = { readonly kind: 'folder'; readonly paths: readonly string[] } | { readonly kind: 'id'; readonly id: LinkId };

/** The linked folder that is meant, which need not be there any more. */
export function findLinked(world: World, wish: LinkedWish): LinkEntry | Refusal | Denial {
  const state = openForChange(world);
  if (isDenial(state) || isRefusal(state)) return state;
  const registry = openRegistry(state);
  if (isDenial(registry)) return registry;
  const { links } = registry;
  if (wish.kind === 'folder') {
    const found = wish.paths.map((path) => links.find(({ directory }) => directory === path)).find((entry) => entry !== undefined);
    return found ?? refusal(`${wish.paths[0] ?? 'this folder'} is not linked`, 'outloop links');
  }
  const [found, ...others] = links.filter(({ id }) => id === wish.id);
  if (found === undefined) return refusal(`no folder is linked as ${wish.id}`, 'outloop links');
  if (others.length === 0) return found;
  const folders = [found, ...others].map(({ directory }) => directory).join(', ');
  return refusal(`${wish.id} stands for several folders: ${folders}`, 'outloop unlink FOLDER');
}

/** Takes a folder's approval back; its .outloop file stays. */
export function unlinkFolder(world: World, caller: Caller, directory: string): Promise<LinkEntry | Refusal | Denial> {
  return administer(world, caller, { action: 'unlink', detail: { folder: directory } }, (state) => {
    const registry = openRegistry(state);
    if (isDenial(registry)) return registry;
    const { registry: rest, removed } = removeLink(registry, directory);
    if (removed === null) return refusal('this folder is not linked', 'outloop links');
    writePrivateFile(state.paths.links, formatRegistry(rest));
    return removed;
  });
}
