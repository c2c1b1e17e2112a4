import { endSentence } from '../model/end-sentence.js';

/** A sentence without its full stop, and what helps, on one line. */
export function withNext({ reason, next }: { readonly reason: string; readonly next: string | null }): string {
  return next === null ? reason : `${endSentence(reason)} Next: ${next}`;
}
