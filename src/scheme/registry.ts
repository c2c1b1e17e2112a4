import { deny, type Denial } from '../denial/denial.js';
import type { Presented } from '../model/presented.js';
import type { Secret } from '../model/secret.js';
import type { SchemeUse } from '../model/service.js';
import { basic } from './basic.js';
import { bearer } from './bearer.js';
import { header } from './header.js';
import { none } from './none.js';
import { query } from './query.js';
import type { Scheme, SchemeRequest } from './scheme.js';

/** Every scheme by the name that a service's slot gives. A new one is a file and a line here; the contract suite then runs over it. */
export const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['basic', basic],
  ['bearer', bearer],
  ['header', header],
  ['none', none],
  ['query', query],
]);

/** What is wrong with a slot's scheme or its options, in a clause that names options and never values; null when it can be used. */
export function checkScheme(use: SchemeUse): string | null {
  const scheme = SCHEMES.get(use.scheme);
  return scheme === undefined ? 'there is no scheme of that name' : scheme.checkOptions(use.options);
}

/** The secret as the slot's scheme presents it, or SECRET_UNUSABLE: also for a scheme or options that `checkScheme` refuses. */
export function presentSecret(secret: Secret, use: SchemeUse, request: SchemeRequest): Presented | Denial {
  const scheme = SCHEMES.get(use.scheme);
  if (scheme === undefined || scheme.checkOptions(use.options) !== null) {
    return deny('SECRET_UNUSABLE', { credential: secret.name, detail: 'its slot has a scheme that cannot be used' });
  }
  return scheme.present(secret, use.options, request);
}
