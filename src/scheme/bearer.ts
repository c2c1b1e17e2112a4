import { isDenial } from '../denial/denial.js';
import type { Scheme } from './scheme.js';
import { readHeaderText } from './secret-text.js';

/** `Authorization: Bearer <secret>` (RFC 6750 §2.1). No options. */
export const bearer: Scheme = {
  options: [],
  checkOptions: () => null,

  present: (secret) => {
    const token = readHeaderText(secret);
    if (isDenial(token)) return token;
    return { credential: secret.name, headers: [['Authorization', `Bearer ${token}`]], query: [], derived: [] };
  },
};
