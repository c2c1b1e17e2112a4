import type { HelperFault } from './protocol.js';

/**
 * Which fault the keychain's error text speaks of, first match first. Linux texts are those of the Secret Service (measured with
 * gnome-keyring 42), macOS texts those of Security.framework's SecCopyErrorMessageString, Windows texts the names of wincred.h's codes.
 */
const FAULTS: readonly { readonly says: RegExp; readonly fault: HelperFault }[] = [
  { says: /locked|dismissed|interaction is not allowed|cancell?ed|passphrase you entered|not authorized|access denied/i, fault: 'locked' },
  { says: /ambiguous/i, fault: 'ambiguous' },
  { says: /no result found|no default|default keychain could not be found/i, fault: 'no-collection' },
  { says: /d-?bus|socket|serviceunknown|no such file|connection|no_such_logon_session/i, fault: 'no-service' },
];

/** Puts a keychain's error into one of our words. Its text may name items or worse, so it goes no further. */
export function classifyError(error: unknown): HelperFault {
  const text = error instanceof Error ? error.message : '';
  return FAULTS.find(({ says }) => says.test(text))?.fault ?? 'failed';
}
