import { join } from 'node:path';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import type { AuditEntry } from '../../model/audit.js';
import { encodeUlid } from '../../model/ids.js';
import { findClaim, formatPrincipal } from '../../model/principal.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { identifyPrincipal } from '../../principal/identify-principal.js';
import { mayOperate } from '../../principal/refuse-operator.js';
import { acquireLock, type LockRefusal } from '../../state/lock.js';
import type { State } from '../../state/open-state.js';
import { withChain } from '../with-chain.js';
import { explainLock } from '../explain-lock.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';

/** A change that an operator makes: the command, and the names that it touches, as the audit log keeps them. */
export type Change = { readonly action: string; readonly detail: NonNullable<AuditEntry['detail']>; readonly tenant?: string };

/**
 * Makes a change for an operator: refused for an agent, one at a time, and on record before it is made. A change that then
 * fails is recorded as FAILED.
 */
export async function administer<T>(
  world: World,
  caller: Caller,
  change: Change,
  work: (state: State) => Promise<T | Refusal | Denial> | T | Refusal | Denial,
): Promise<T | Refusal | Denial> {
  const unfit = refuseAgent(caller) ?? (handlesValues(change) ? world.tampered() : null);
  if (unfit !== null) return unfit;
  const state = openForChange(world);
  if (isDenial(state) || isRefusal(state)) return state;
  if (state.kind === 'ci')
    return refusal('a CI’s state is what outloop ci init wrote', 'change your own state, then outloop ci init again');
  const file = operatorLock(state);
  const lock = acquireLock(file);
  if ('kind' in lock) return refuseUnlocked(lock, file);
  try {
    const noted = noteChange(state, world, caller, change);
    if (noted !== null) return noted;
    const done = await work(state);
    if (isRefusal(done) || isDenial(done)) noteChange(state, world, caller, change, 'FAILED');
    return done;
  } catch (error) {
    noteChange(state, world, caller, change, 'FAILED');
    throw error;
  } finally {
    lock.release();
  }
}

/** The file whose lock whoever changes a state holds. */
export function operatorLock({ paths }: State): string {
  return join(paths.state, 'lock');
}

/** Commands through whose hands secret values go: as a run, they do not work where something changes how Node runs. */
const OF_VALUES: readonly string[] = ['secret', 'import', 'ci'];

function handlesValues({ action }: Change): boolean {
  return OF_VALUES.some((command) => action.startsWith(`${command} `));
}

function refuseUnlocked(lock: LockRefusal, file: string): Refusal {
  switch (lock.why) {
    case 'timeout':
      return refusal('another outloop command is changing the operator state', 'try again in a moment');
    case 'no-locker':
      return refusal('neither flock nor perl could be started to lock the operator state with');
    case 'not-lockable':
    case 'unwritable':
    case 'untrusted':
      return refusal(`the operator state cannot be changed: ${explainLock(lock, file)}`, 'outloop doctor');
  }
}

/** Why this caller may not change anything: a session, or an agent that says so or that its environment shows to be one. `--yes` does not help it. */
export function refuseAgent(caller: Caller): Refusal | Denial | null {
  if (caller.session !== null) {
    return refusal(
      'this is a session that is pinned to a client, and nothing in it may change what is allowed',
      'an operator runs this command in a terminal outside the session',
    );
  }
  const { env, terminal, user } = caller;
  const principal = identifyPrincipal({ claim: findClaim(env), env, terminal, user });
  if (isDenial(principal)) return principal;
  if (mayOperate(principal)) return null;
  return refusal(
    `${formatPrincipal(principal)} is an agent, and agents may not change what they are allowed to do`,
    'an operator runs this command in a terminal of their own',
  );
}

/** The operator state for a command that changes something: whoever gets that far is no agent, and is told how to make a state. */
export function openForChange(world: World): State | Refusal | Denial {
  const state = openOwnState(world);
  return isDenial(state) && state.code === 'CONFIG_UNAVAILABLE' ? refusal(describeDenial(state).reason, 'outloop init') : state;
}

/** Puts a change on record that needs no more than that. */
export function noteChange(state: State, world: World, caller: Caller, change: Change, code: string | null = null): Denial | null {
  const principal = identifyPrincipal({ claim: null, env: caller.env, terminal: caller.terminal, user: caller.user });
  return withChain<null>(state, world, (chain) =>
    chain.append(
      {
        type: 'admin',
        run: encodeUlid(world.now(), world.random(10)),
        tenant: change.tenant ?? null,
        principal: isDenial(principal) ? null : formatPrincipal(principal),
        action: change.action,
        detail: change.detail,
        ...(code === null ? {} : { code }),
        secret_exposed: false,
      },
      { fsync: true },
    ),
  );
}
