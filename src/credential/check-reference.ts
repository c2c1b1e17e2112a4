import { findBackend, isBackendName } from './registry.js';

/**
 * Why this tenant may not use this reference, as a clause without a value that CONFIG_INVALID can carry; null when it may. It is
 * asked before the audit intent, so that a reference into another tenant's credentials never reaches a backend.
 */
export function checkReference(backend: string, ref: string, tenant: string): string | null {
  return isBackendName(backend) ? findBackend(backend).faultOfReference(ref, tenant) : 'its backend does not exist';
}
