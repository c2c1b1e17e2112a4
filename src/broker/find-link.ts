import { deny, isDenial, type Denial } from '../denial/denial.js';
import { resolveLink } from '../link/resolve-link.js';
import { readRegistry, type Registry } from '../link/registry.js';
import type { Link, LinkEvidence } from '../model/link.js';
import type { State } from '../state/open-state.js';
import { readPrivateFile } from '../state/private-file.js';

/** links.json holds at most this much: some 60,000 links. */
const REGISTRY_BYTES = 16 * 1024 * 1024;

/** The link that the evidence proves, or why there is none. */
export function findLink(state: State, evidence: LinkEvidence): Link | Denial {
  const registry = openRegistry(state);
  return isDenial(registry) ? registry : resolveLink(evidence, registry);
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
      return deny('CONFIG_INVALID', { detail: `links.json: ${file.why}` });
  }
}
