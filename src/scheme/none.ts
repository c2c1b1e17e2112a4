import { checkOptionNames } from './option-names.js';
import type { Scheme } from './scheme.js';

/** Nothing on the wire: a slot that only commands use, or a service that asks for no credential. No options. */
export const none: Scheme = {
  checkOptions: (options) => checkOptionNames(options, []),

  present: (secret) => ({ credential: secret.name, headers: [], query: [], derived: [] }),
};
