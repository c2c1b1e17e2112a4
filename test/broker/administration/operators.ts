import { isDenial } from '../../../src/denial/denial.js';
import { isRefusal } from '../../../src/model/refusal.js';
import type { Caller } from '../../../src/model/run.js';
import { callerIn } from '../make-world.js';

/** A person at a terminal. */
export const OPERATOR: Caller = callerIn({ kind: 'none' }, { terminal: { stdin: true, stdout: true, stderr: true } });
/** A script of the operator's, without a terminal. */
export const SCRIPT: Caller = callerIn({ kind: 'none' });
/** A coding agent, as its environment tells. */
export const AGENT: Caller = callerIn({ kind: 'none' }, { env: { CLAUDECODE: '1' } });

/** What a call gave; fails the test with the refusal or denial otherwise. */
export function taken<T>(answer: T): Exclude<T, { readonly kind: 'refusal' } | { readonly kind: 'denial' }> {
  if (isDenial(answer) || isRefusal(answer)) throw new Error(JSON.stringify(answer));
  return answer as Exclude<T, { readonly kind: 'refusal' } | { readonly kind: 'denial' }>;
}

/** Why a call was refused, in one line with its next step; fails the test where it was not. */
export function whyRefused(answer: unknown): string {
  if (isDenial(answer)) return answer.code;
  if (!isRefusal(answer)) throw new Error('it was not refused');
  return answer.next === null ? answer.message : `${answer.message} → ${answer.next}`;
}
