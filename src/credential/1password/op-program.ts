import { programEnvironment } from '../account.js';
import { cancelled } from '../backend.js';
import type { Ask, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import type { ProgramEnding } from '../program/run-program.js';
import { readToken } from '../read-token.js';
import { probing } from '../remote/probe.js';
import type { OpOptions } from './1password-backend.js';
import { judgeOpError } from './judge-op-error.js';

/** With the desktop app a person may be asked, whom a run does not wait for. */
const DESKTOP_LIMIT_MS = 8000;
const SERVICE_ACCOUNT_LIMIT_MS = 19_000;

/**
 * `op read --no-newline <ref>` (developer.1password.com/docs/cli/reference/commands/read), with a service account's token in its
 * environment, or signed in through the desktop app. Its exit is 1 for every failure; its words on standard error tell which.
 */
export async function readWithOp(setting: OpenSetting, options: OpOptions, ref: string, ask: Ask): Promise<BackendAnswer> {
  const ending = await runOp(setting, options, ['read', '--no-newline', ref], ask);
  if (ending.kind !== 'ended') return describeEnding(ending, options);
  if (ending.exit === 0) return { kind: 'value', bytes: ending.stdout };
  ending.stdout.fill(0);
  return judgeOpError(ending.stderr);
}

/** `op whoami` tells whether `op` is signed in; it asks nobody to sign in. */
export async function probeOp(setting: OpenSetting, options: OpOptions, signal: AbortSignal): Promise<ProbeAnswer> {
  const ending = await runOp(setting, options, ['whoami'], probing(signal));
  const answer = ending.kind === 'ended' ? (ending.exit === 0 ? null : judgeOpError(ending.stderr)) : describeEnding(ending, options);
  if (answer === null) return { kind: 'ready', detail: 'op is signed in' };
  switch (answer.kind) {
    case 'locked':
      return { kind: 'locked', detail: answer.detail ?? 'op is not signed in' };
    case 'unavailable':
    case 'damaged':
      return { kind: 'unavailable', detail: answer.detail };
    case 'absent':
      return { kind: 'unavailable', detail: 'op gives an answer that is not known' };
  }
}

type Ended = ProgramEnding | Extract<BackendAnswer, { kind: 'locked' | 'unavailable' | 'damaged' }>;

async function runOp(setting: OpenSetting, options: OpOptions, argv: readonly string[], ask: Ask): Promise<Ended> {
  if (ask.signal.aborted) return cancelled();
  if (setting.tool === null) return { kind: 'unavailable', detail: 'op is not vetted', retryAfterMs: null };
  const token = options.token === null ? null : await readToken(setting, options.token, ask);
  if (token !== null && token.kind !== 'token') return token;
  const { groundOf, runProgram } = await import('../program/run-program.js');
  return runProgram({
    tool: setting.tool,
    argv,
    env: {
      ...programEnvironment(setting.state.uid),
      // A cached answer would outlive a change in 1Password, and the cache is a process that stays.
      OP_CACHE: 'false',
      ...(options.account === null ? {} : { OP_ACCOUNT: options.account }),
      ...(token === null ? {} : { OP_SERVICE_ACCOUNT_TOKEN: token.text, OP_BIOMETRIC_UNLOCK_ENABLED: 'false' }),
    },
    limitMs: token === null ? DESKTOP_LIMIT_MS : SERVICE_ACCOUNT_LIMIT_MS,
    ground: groundOf(setting),
    signal: ask.signal,
  });
}

function describeEnding(
  ending: Exclude<Ended, { kind: 'ended' }>,
  { token }: OpOptions,
): Exclude<BackendAnswer, { kind: 'value' | 'absent' }> {
  switch (ending.kind) {
    case 'late':
      return token === null
        ? { kind: 'locked', detail: 'op waits for a person' }
        : { kind: 'unavailable', detail: 'op did not answer in time', retryAfterMs: null };
    case 'cancelled':
      return cancelled();
    case 'too-much':
      return { kind: 'damaged', detail: 'it is longer than 64 KiB' };
    case 'changed':
      return { kind: 'unavailable', detail: 'op is not the one that was vetted', retryAfterMs: null };
    case 'open':
      return { kind: 'unavailable', detail: 'op ended while another program still held its output', retryAfterMs: null };
    case 'not-started':
      return { kind: 'unavailable', detail: 'op cannot be started', retryAfterMs: null };
    case 'locked':
    case 'unavailable':
    case 'damaged':
      return ending;
  }
}
