import type { Denial } from '../denial/denial.js';
import { describeDenial, type Description } from '../denial/describe.js';
import { showText } from '../model/show-text.js';

/**
 * What stands on stdout for a command with `--json` that is refused, in the words of the status record (docs/formats.md). `code` is null for what is
 * no denial of the catalogue: a name that is not there, a question that was answered with no.
 */
export type RefusedJson = {
  readonly ok: false;
  readonly code: Denial['code'] | null;
  readonly reason: string;
  readonly retryable: boolean;
  readonly retry_after_ms: number | null;
  readonly next: (Omit<Description['next'], 'who'> & { readonly who: Description['next']['who'] | null }) | null;
};

export function describeRefused(refused: Denial | { readonly reason: string; readonly next: string | null }): RefusedJson {
  if ('code' in refused) {
    const { reason, retryable, retryAfterMs, next } = describeDenial(refused);
    return { ok: false, code: refused.code, reason, retryable, retry_after_ms: retryAfterMs, next };
  }
  const { reason, next } = refused;
  const step = next === null ? null : { who: null, do: showText(next), command: null };
  return { ok: false, code: null, reason: showText(reason), retryable: false, retry_after_ms: null, next: step };
}
