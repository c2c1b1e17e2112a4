import type { Scheme } from './scheme.js';

/** Nothing on the wire: a slot that only commands use, or a service that asks for no credential. No options. */
export const none: Scheme = {
  options: [],
  checkOptions: () => null,

  present: (secret) => ({ credential: secret.name, headers: [], query: [], derived: [] }),
};
