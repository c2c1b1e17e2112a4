import { isDenial, type Denial } from '../../denial/denial.js';
import { parseName } from '../../model/ids.js';
import { suggestName } from '../../model/suggest.js';
import { listSources, nameOfSource } from '../../state/sources.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';

/** The same denial for an operator to see: of a tenant that is not there, the fact `near` is the one that may be meant. No agent is told of other clients. */
export function nameNear(world: World, denial: Denial): Denial {
  const { tenant } = denial.facts;
  if (denial.code !== 'TENANT_UNKNOWN' || typeof tenant !== 'string') return denial;
  const state = openOwnState(world);
  if (isDenial(state)) return denial;
  const names = listSources(state.paths.tenants, state.uid).map(nameOfSource);
  const near = suggestName(
    tenant,
    names.filter((name) => parseName(name) !== null),
  );
  return near === null ? denial : { ...denial, facts: { ...denial.facts, near } };
}
