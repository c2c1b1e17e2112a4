import type { Secret } from '../model/secret.js';
import { createRedactor, type RedactedSecret, type Redactor } from './redactor.js';

/** A redactor for these secrets and for `derived`, what schemes made of them. Wipe the secrets only when its filters are at their end. */
export function hideSecrets(secrets: Iterable<Secret>, derived: readonly RedactedSecret[] = []): Redactor {
  return createRedactor([...Array.from(secrets, (secret) => ({ name: secret.name, bytes: secret.reveal() })), ...derived]);
}
