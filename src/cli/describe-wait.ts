import { describeSpan } from '../model/describe-span.js';

/** A step for people: where it names the record's `retry_after_ms`, how long that is. */
export function describeWait(step: string, retryAfterMs: number | null): string {
  return step.replace('retry_after_ms', retryAfterMs === null ? 'a while' : describeSpan(retryAfterMs));
}
