import type { WritableBackend } from '../../credential/backend.js';
import type { CredentialName, TenantName } from '../../model/ids.js';

const LIMIT_MS = 30_000;

/** The place of a value that was put for a credential. */
export type PutValue = { readonly name: CredentialName; readonly ref: string };

/**
 * Takes values out of a backend again whose credentials could not be made. A clause for the operator: that it was done, or which are left; null where
 * nothing had been put.
 */
export async function takeBack(backend: WritableBackend, tenant: TenantName, put: readonly PutValue[]): Promise<string | null> {
  const left: string[] = [];
  for (const { name, ref } of put) {
    const answer = await backend.remove(ref, { tenant, credential: name, signal: AbortSignal.timeout(LIMIT_MS) });
    if (answer.kind !== 'done' && answer.kind !== 'absent') left.push(ref);
  }
  if (put.length === 0) return null;
  return left.length === 0 ? 'what had been put was taken back' : `left in the ${backend.name} backend: ${left.join(', ')}`;
}
