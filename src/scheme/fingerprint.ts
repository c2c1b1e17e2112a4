// node:crypto computes and opens nothing: this file is pure all the same.
import { createHmac } from 'node:crypto';
import type { Secret } from '../model/secret.js';

/** Stands for a secret without telling anything of it: HMAC-SHA-256 (hex) under a key of the state's, which is the same for the same value alone. */
export function fingerprint(secret: Secret, { auditKey }: { readonly auditKey: Uint8Array }): string {
  return createHmac('sha256', auditKey).update('outloop secret fingerprint 1\0').update(secret.reveal()).digest('hex');
}
