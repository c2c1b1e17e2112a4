import { spawn } from 'node:child_process';
import { accountVariables } from '../account.js';
import { cancelled } from '../backend.js';
import type { BackendSetting, Hindrance } from '../backend.js';
import { parseAnswer } from './protocol.js';
import type { HelperAnswer, HelperFault, HelperRequest } from './protocol.js';
import { findSessionBus } from './session-bus.js';

/** A keychain that has not answered by then waits for a person. Below FETCH_LIMIT_MS, so that the run can say so. */
const READ_LIMIT_MS = 8000;
/** Whoever changes an item is there to answer the keychain's prompt. */
const CHANGE_LIMIT_MS = 60_000;
/** A value of 64 KiB is 171 KiB at most in two layers of base64; a list of a thousand accounts is less. */
const MAX_ANSWER_BYTES = 1_048_576;
const NO_SESSION = 'there is no D-Bus session here';

/** What the helper answered, or why there is nothing from it. */
export type Called = Exclude<HelperAnswer, { kind: 'fault' }> | Hindrance | { readonly kind: 'damaged'; readonly detail: string };

/**
 * Asks the keychain in a helper process, which is killed after `limitMs` or when the signal is aborted. The helper gets the
 * request on its standard input and an environment of the few variables that D-Bus needs. Where Linux has no session bus, the
 * answer comes at once, without a process: nobody is logged in, so what is there is locked away until somebody is, which no waiting brings about,
 * and nothing new can be put there: whoever has another place takes that.
 */
export function callHelper(
  setting: BackendSetting,
  request: HelperRequest,
  signal: AbortSignal,
  limitMs = limitOf(request),
): Promise<Called> {
  if (signal.aborted) return Promise.resolve(cancelled());
  const bus = findSessionBus(setting.env, setting.state.uid);
  if (process.platform === 'linux' && bus === null) {
    const isReading = request.op === 'get' || request.op === 'probe';
    return Promise.resolve(isReading ? { kind: 'locked', detail: `${NO_SESSION}: nobody is logged in` } : unavailable(NO_SESSION));
  }
  return new Promise((resolve) => {
    const child = spawn(setting.execPath, [setting.helper], {
      env: makeEnvironment(setting, bus),
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (called: Called): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      child.kill('SIGKILL');
      for (const chunk of chunks) chunk.fill(0);
      resolve(called);
    };
    const abort = (): void => end(cancelled());
    const timer = setTimeout(() => end({ kind: 'locked' }), limitMs);
    signal.addEventListener('abort', abort, { once: true });
    child.on('error', () => end(unavailable('the keychain helper cannot be started')));
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) end(unavailable('the keychain gave too much'));
    });
    child.on('close', () => end(toCalled(parseAnswer(Buffer.concat(chunks).toString('utf8')))));
    // A helper that died before it read its request shows in `close`.
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify(request));
  });
}

function limitOf({ op }: HelperRequest): number {
  return op === 'get' || op === 'probe' ? READ_LIMIT_MS : CHANGE_LIMIT_MS;
}

/** Nothing of the caller's environment but the way to D-Bus; PATH is for the native module's look at its C library. */
function makeEnvironment(setting: BackendSetting, bus: string | null): Record<string, string> {
  const runtime = setting.env['XDG_RUNTIME_DIR'] ?? '';
  const fixed = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...accountVariables() };
  return {
    ...fixed,
    ...(bus === null ? {} : { DBUS_SESSION_BUS_ADDRESS: bus }),
    ...(runtime.startsWith('/') ? { XDG_RUNTIME_DIR: runtime } : {}),
  };
}

function toCalled(answer: HelperAnswer): Called {
  return answer.kind === 'fault' ? describeFault(answer.fault) : answer;
}

function describeFault(fault: HelperFault): Called {
  switch (fault) {
    case 'locked':
      return { kind: 'locked' };
    case 'ambiguous':
      return { kind: 'damaged', detail: 'the keychain holds several items of its name' };
    case 'no-module':
      return unavailable('the optional keytar module is not installed');
    case 'no-service':
      return unavailable('no keychain service answers');
    case 'no-collection':
      return unavailable('the keychain has no collection to write to');
    case 'failed':
      return unavailable('the keychain refused the request');
  }
}

function unavailable(detail: string): Hindrance {
  return { kind: 'unavailable', detail, retryAfterMs: null };
}
