import { setTimeout as wait } from 'node:timers/promises';
import { cancelled } from '../backend.js';
import type { BackendAnswer, OpenSetting } from '../backend.js';
import { callRemote } from './remote.js';
import type { Call, RemotePlace, Reply } from './remote.js';

/** A run waits this long for a backend that is reached over the network. */
export const REMOTE_LIMIT_MS = 20_000;

/** How a call is tried again. `baseMs` doubles with each attempt, and a random part of it is waited. */
export type Pace = { readonly totalMs: number; readonly attemptMs: number; readonly baseMs: number };

/** Less than REMOTE_LIMIT_MS in all, so that the run can say what went wrong. */
const PACE: Pace = { totalMs: 19_500, attemptMs: 8000, baseMs: 150 };
const MAX_ATTEMPTS = 3;

/** The calls that answer one question, within one budget of time. */
export type Attempts = {
  /**
   * The API's answer, after at most three attempts: again after a broken connection, an attempt that took too long, 408, 412, 429 and 5xx,
   * but not where that (or the API's Retry-After) would take longer than the budget. `settled` tells a reply that is not to be tried again.
   */
  readonly call: (call: Call, settled?: (reply: Reply) => boolean) => Promise<Reply | Exclude<BackendAnswer, { kind: 'value' | 'absent' }>>;
};

/** Opens the budget of one question. */
export function openAttempts(setting: OpenSetting, place: RemotePlace, signal: AbortSignal, pace: Pace = PACE): Attempts {
  const deadlineMs = setting.now() + pace.totalMs;
  const call: Attempts['call'] = async (what, settled = () => false) => {
    for (let attempt = 1; ; attempt++) {
      if (signal.aborted) return cancelled();
      const leftMs = deadlineMs - setting.now();
      const timeoutMs = Math.max(1, Math.min(pace.attemptMs, leftMs));
      const answer = await callRemote(setting, place, what, { timeoutMs, signal });
      if (signal.aborted) return cancelled();
      const over = answer.kind === 'failure' ? answer.final : settled(answer) || !isPassing(answer.status);
      if (over || attempt === MAX_ATTEMPTS) return answer.kind === 'failure' ? answer.answer : answer;
      const waitMs = Math.max(jitter(setting, pace.baseMs * 2 ** attempt), answer.kind === 'reply' ? (answer.retryAfterMs ?? 0) : 0);
      if (setting.now() + waitMs >= deadlineMs) return answer.kind === 'failure' ? answer.answer : answer;
      await wait(waitMs, undefined, { signal }).catch(() => undefined);
    }
  };
  return { call };
}

/** 412 is Vault's word for data that has not arrived yet; RFC 9110 §15 has the others. */
function isPassing(status: number): boolean {
  return status === 408 || status === 412 || status === 429 || status >= 500;
}

function jitter(setting: OpenSetting, mostMs: number): number {
  const [byte = 0] = setting.random(1);
  return Math.round((mostMs / 2) * (1 + byte / 255));
}
