import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Alias } from '../model/service.js';
import { fillCommand } from '../service/fill-command.js';
import { leaveOut } from '../service/leave-out.js';
import type { Parameters } from '../service/read-parameters.js';

/**
 * What the parameters of a request and its extra arguments make wrong in their places, whatever policy says: PARAM_UNSAFE or PARAM_INVALID, else null.
 * `pinned`: parameters that a pin may fill; where the caller gives none of its own, the places they fill can be looked at only after policy.
 */
export async function checkPlaces(
  alias: Alias,
  given: Parameters,
  { pinned, extra }: { readonly pinned: readonly string[]; readonly extra: readonly string[] },
): Promise<Denial | null> {
  const isHttp = alias.action.kind === 'http';
  if (isHttp && extra.length > 0) return deny('PARAM_INVALID', { param: '--', detail: 'this alias takes no extra arguments' });
  const known = leaveOut(alias, new Set(pinned.filter((name) => !Object.hasOwn(given.values, name))));
  const values = { ...given.defaults, ...given.values };
  const filled = isHttp
    ? (await import('./http-action.js')).fillHttp(known, values, given.files)
    : fillCommand(known, values, given.files, extra);
  // Where it may go is not asked yet.
  return isDenial(filled) && (filled.code === 'PARAM_UNSAFE' || filled.code === 'PARAM_INVALID') ? filled : null;
}
