import type { PutAnswer, RemoveAnswer } from '../../credential/backend.js';
import { deny, type Denial } from '../../denial/denial.js';
import { refusal, type Refusal } from '../../model/refusal.js';

/** Why a backend of that name did not take a value or take it out; null when it did, or when there was none to take out. */
export function explainBackendAnswer(answer: PutAnswer | RemoveAnswer, backend: string): Denial | Refusal | null {
  switch (answer.kind) {
    case 'done':
    case 'absent':
      return null;
    case 'locked':
      return deny('BACKEND_LOCKED', { backend });
    case 'unavailable':
      return deny('BACKEND_UNAVAILABLE', { backend, detail: answer.detail }, answer.retryAfterMs);
    case 'refused':
      return refusal(`the ${backend} backend refused: ${answer.detail}`, answer.next ?? null);
  }
}
