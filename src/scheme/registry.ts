import { deny, type Denial } from '../denial/denial.js';
import type { Presented } from '../model/presented.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';
import { basic } from './basic.js';
import { bearer } from './bearer.js';
import { header } from './header.js';
import { none } from './none.js';
import { unknownOptions } from './option-names.js';
import { query } from './query.js';
import type { Scheme, SchemeRequest } from './scheme.js';

/**
 * Schemes by the name that a service's slot gives, but for those of rare-schemes.ts. A new one is a file and a line here or there; the contract
 * suite then runs over it.
 */
export const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['basic', basic],
  ['bearer', bearer],
  ['header', header],
  ['none', none],
  ['query', query],
]);

/** The scheme of that name; null when there is none. Its code is loaded where it is a rare one. */
export async function findScheme(name: string): Promise<Scheme | null> {
  const common = SCHEMES.get(name);
  if (common !== undefined) return common;
  const { RARE_SCHEMES } = await import('./rare-schemes.js');
  return RARE_SCHEMES.get(name) ?? null;
}

/** The secret as the slot's scheme presents it, or SECRET_UNUSABLE: also for a scheme or options that `checkScheme` refuses. */
export async function presentSecret(secret: Secret, use: SchemeUse, request: SchemeRequest): Promise<Presented | Denial> {
  const scheme = await findScheme(use.scheme);
  if (scheme === null || unknownOptions(scheme, use.options).length > 0 || scheme.checkOptions(use.options) !== null) {
    return deny('SECRET_UNUSABLE', { credential: secret.name, detail: 'its slot has a scheme that cannot be used' });
  }
  return scheme.present(secret, use.options, request);
}
