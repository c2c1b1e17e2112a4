import { isDenial } from '../denial/denial.js';
import type { Scheme } from './scheme.js';
import { readHeaderText } from './secret-text.js';

/** RFC 9110 §5.6.2, of a length that servers take. */
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** Printable ASCII that does not begin with a space; a space may end it (`Token `). */
const PREFIX = /^(?! )[ -~]{0,128}$/;
/** Fields that frame the message or belong to the connection (RFC 9110 §7.6.1). */
const FRAMING =
  /^(?:host|connection|content-length|expect|keep-alive|proxy-authorization|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;

/** `<name>: <prefix><secret>`, such as `X-Api-Key`. Options: `name`, and `prefix`, which is put before the secret as it is. */
export const header: Scheme = {
  options: ['name', 'prefix'],
  checkOptions: ({ name = '', prefix = '' }) => {
    if (!FIELD_NAME.test(name)) return 'name must be the name of a header';
    if (FRAMING.test(name)) return 'name must not be a header that frames the request';
    return PREFIX.test(prefix) ? null : 'prefix must be printable ASCII that does not begin with a space';
  },

  present: (secret, { name = '', prefix = '' }) => {
    const value = readHeaderText(secret);
    if (isDenial(value)) return value;
    return { credential: secret.name, headers: [[name, `${prefix}${value}`]], query: [], derived: [] };
  },
};
