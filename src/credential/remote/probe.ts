import type { Ask, BackendAnswer, ProbeAnswer } from '../backend.js';
import { judgeReply } from './judge-reply.js';
import type { Reply } from './remote.js';

/** What a call that reads no secret says of the backend's state; `ready` is the detail where it succeeded. */
export function toProbe(reply: Reply | Exclude<BackendAnswer, { kind: 'value' | 'absent' }>, ready: string): ProbeAnswer {
  const judged = reply.kind === 'reply' ? judgeReply(reply) : reply;
  switch (judged.kind) {
    case 'object':
      return { kind: 'ready', detail: ready };
    case 'absent':
      return { kind: 'unavailable', detail: 'there is no such API at its address' };
    case 'locked':
      return { kind: 'locked', detail: judged.detail ?? '' };
    case 'unavailable':
    case 'damaged':
      return { kind: 'unavailable', detail: judged.detail };
  }
}

/** The question of a probe, which asks for no credential. */
export function probing(signal: AbortSignal): Ask {
  return { tenant: '', credential: '', signal };
}
