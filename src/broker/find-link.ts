import { deny, isDenial, type Denial } from '../denial/denial.js';
import { readCiLinks } from '../link/ci-registry.js';
import { readRegistry, type Registry } from '../link/registry.js';
import { resolveCiLink } from '../link/resolve-ci-link.js';
import { resolveLink } from '../link/resolve-link.js';
import type { CiLinks } from '../model/ci.js';
import type { Link } from '../model/link.js';
import type { Caller } from '../model/run.js';
import { findCiMarker } from '../principal/identify-principal.js';
import type { State } from '../state/open-state.js';
import { readPrivateFile } from '../state/private-file.js';
import type { World } from './world.js';

/** links.json holds at most this much: some 60,000 links. */
const REGISTRY_BYTES = 16 * 1024 * 1024;

/**
 * The link that the caller's evidence proves, or why there is none. A CI's state holds no ordinary link, and is what `ci init` wrote: else it is
 * CONFIG_INVALID.
 */
export async function findLink(state: State, { link, env }: Pick<Caller, 'link' | 'env'>, world: World): Promise<Link | Denial> {
  const registry = openRegistry(state);
  if (isDenial(registry)) return registry;
  if (state.kind === 'operator') return resolveLink(link, registry);
  if (registry.links.length > 0) return deny('CONFIG_INVALID', { detail: 'links.json: a CI’s state holds no ordinary links' });
  const ci = openCiLinks(state);
  const found = isDenial(ci) ? ci : resolveCiLink(link, { env, marker: findCiMarker(env), home: state.paths.state }, ci);
  if (isDenial(found)) return found;
  const { checkCiState } = await import('./check-ci-state.js');
  return (await checkCiState(state, world)) ?? found;
}

/** The links of a CI's state. */
export function openCiLinks(state: State): CiLinks | Denial {
  const file = readPrivateFile(state.paths.ciLinks, { uid: state.uid, maxBytes: REGISTRY_BYTES });
  return file.kind === 'ok'
    ? readCiLinks(file.bytes)
    : deny('CONFIG_INVALID', { detail: `ci.json ${file.kind === 'absent' ? 'is missing' : file.why}` });
}

/** The registered links; none where links.json was not made yet. */
export function openRegistry(state: State): Registry | Denial {
  const file = readPrivateFile(state.paths.links, { uid: state.uid, maxBytes: REGISTRY_BYTES });
  switch (file.kind) {
    case 'ok':
      return readRegistry(file.bytes);
    case 'absent':
      return { links: [] };
    case 'refused':
      return deny('CONFIG_INVALID', { detail: `links.json: ${file.why}`, fault: file.why });
  }
}
