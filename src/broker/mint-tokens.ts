import { isWritable, type Backend } from '../credential/backend.js';
import { fetchCredential } from '../credential/fetch-credential.js';
import { dropToken, keepToken, lockExchange, readToken } from '../credential/token/token-cache.js';
import { NONCE_BYTES } from '../credential/token/sealed-file.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { SlotName } from '../model/ids.js';
import { Secret } from '../model/secret.js';
import { readDestination } from '../net/destination.js';
import { fingerprint } from '../scheme/fingerprint.js';
import { findScheme } from '../scheme/registry.js';
import type { Plan } from './plan.js';
import { exchangeToken } from './exchange-token.js';
import { explainLock } from './explain-lock.js';
import { openNeeded } from './fetch-secrets.js';
import { openHeld, type Held, type Secrets } from './held.js';
import type { MintedToken, MintedTokens } from './minted.js';
import type { Minting } from './minting.js';
import { storeSuccessor, takeWaiting } from './replace-credential.js';
import type { World } from './world.js';

/** How soon another run may have done with the exchange. */
const RETRY_AFTER_MS = 5000;

/**
 * The tokens that the run's slots present in place of their credentials: kept ones where they are good for a minute yet, else exchanged
 * for, once for all runs that want one now. On a denial none is left in memory; else the caller wipes what is held.
 */
export async function mintTokens(plan: Plan, secrets: Secrets, world: World, signal: AbortSignal): Promise<MintedTokens | Denial> {
  const bySlot = new Map<SlotName, MintedToken>();
  const held = openHeld(secrets, plan.state);
  let complete = false;
  try {
    for (const slotName of plan.exchanges) {
      const minting = await prepare({ plan, secrets, world, held }, slotName);
      const token = await mint(minting, signal);
      if (isDenial(token)) return token;
      const secret = new Secret(minting.secret.name, token);
      held.hold(secret);
      bySlot.set(slotName, { secret, drop: () => dropToken(plan.state, minting.place) });
    }
    complete = true;
    return { bySlot, held };
  } finally {
    if (!complete) held.wipe();
  }
}

type Preparation = { readonly plan: Plan; readonly secrets: Secrets; readonly world: World; readonly held: Held };

async function prepare({ plan, secrets, world, held }: Preparation, slotName: SlotName): Promise<Minting> {
  const slot = plan.alias.service.slots[slotName];
  const name = plan.decision.bind[slotName];
  const secret = name === undefined ? undefined : secrets.get(name);
  const credential = plan.credentials.find((one) => one.name === name)?.credential;
  if (slot?.exchange === undefined || name === undefined || secret === undefined || credential === undefined) {
    throw new TypeError('a permitted plan has an unbound slot');
  }
  const exchange = (await findScheme(slot.scheme))?.exchange;
  if (exchange === undefined) throw new TypeError('a compiled slot has a scheme that exchanges nothing');
  const { tenant } = plan.tenant;
  const { service } = plan.alias.service;
  const place = { tenant, credential: name, service, slot: slotName, use: { scheme: slot.scheme, options: slot.options } };
  const holdParts = (value: Secret): void => {
    for (const part of exchange.parts(value, slot.options)) held.hold(new Secret(value.name, part));
  };
  const hold = (value: Secret): void => {
    held.hold(value);
    holdParts(value);
  };
  holdParts(secret);
  const host = readDestination(slot.exchange)?.host ?? service;
  return { plan, world, slot, exchange, place, name, credential, secret, host, hold };
}

async function mint(minting: Minting, signal: AbortSignal): Promise<Uint8Array | Denial> {
  const { plan, world, place, credential, secret, host } = minting;
  const kept = readToken(plan.state, place, fingerprint(secret, plan.state), world.now());
  if (kept !== null) return kept;
  const lock = await lockExchange(plan.state, { tenant: place.tenant, ...credential });
  if ('kind' in lock) {
    const detail = lock.why === 'timeout' ? 'another run has been waiting for its answer' : explainLock(lock, 'its lock file');
    return deny('BACKEND_UNAVAILABLE', { backend: host, detail }, RETRY_AFTER_MS);
  }
  try {
    return await mintAlone(minting, signal);
  } finally {
    lock.release();
  }
}

/** Under the lock: whoever held it before may have kept a token, and replaced the credential too. */
async function mintAlone(minting: Minting, signal: AbortSignal): Promise<Uint8Array | Denial> {
  const { plan, world, place, exchange, slot, secret, name, credential, hold } = minting;
  if (!exchange.replaces(slot.options)) {
    return (
      readToken(plan.state, place, fingerprint(secret, plan.state), world.now()) ??
      exchangeFor(minting, { source: secret, backend: null }, signal)
    );
  }
  const backend = await openWritable(minting);
  if (isDenial(backend)) return backend;
  const { tenant } = plan.tenant;
  const fetched = await fetchCredential({ tenant, name, credential, backend, signal });
  if (isDenial(fetched)) return fetched;
  hold(fetched);
  const source = await takeWaiting(minting, { source: fetched, backend, signal });
  return readToken(plan.state, place, fingerprint(source, plan.state), world.now()) ?? exchangeFor(minting, { source, backend }, signal);
}

async function exchangeFor(
  minting: Minting,
  { source, backend }: { source: Secret; backend: Backend | null },
  cancel: AbortSignal,
): Promise<Uint8Array | Denial> {
  const { plan, world, place, exchange, slot, hold } = minting;
  // Once it is sent, an exchange that may replace the credential is seen through, within its own limit: the answer holds the only new one.
  const signal = exchange.replaces(slot.options) && !cancel.aborted ? new AbortController().signal : cancel;
  const nowMs = world.now();
  const request = exchange.ask(source, slot.options, nowMs);
  if (isDenial(request)) return request;
  const answer = await exchangeToken(request, plan, world, signal);
  if (isDenial(answer)) return answer;
  const token = exchange.read(answer, { secret: source, options: slot.options, nowMs });
  if (isDenial(token)) return token;
  let given = false;
  try {
    let now = fingerprint(source, plan.state);
    if (token.successor !== null) {
      const successor = new Secret(source.name, token.successor);
      hold(successor);
      const keeper = backend ?? (await openWritable(minting));
      if (isDenial(keeper)) return keeper;
      const refused = await storeSuccessor(minting, { source, successor: token.successor, backend: keeper, signal });
      if (refused !== null) return refused;
      now = fingerprint(successor, plan.state);
    }
    if (token.expiresMs !== null) {
      keepToken(plan.state, place, {
        token: token.value,
        source: now,
        expiresMs: token.expiresMs,
        nowMs,
        nonce: world.random(NONCE_BYTES),
      });
    }
    given = true;
    return token.value;
  } finally {
    if (!given) token.value.fill(0);
  }
}

/** Asked before anything is sent: a refresh token that is replaced and cannot be kept would be lost. */
async function openWritable({ plan, world, place, name, credential }: Minting): Promise<Backend | Denial> {
  const needed = plan.credentials.find((one) => one.name === name);
  if (needed === undefined) throw new TypeError('a permitted plan has an unbound slot');
  const backend = await openNeeded(plan, needed, world);
  if (isDenial(backend)) return backend;
  if (isWritable(backend)) return backend;
  const detail = `its refresh token may be replaced, and the ${credential.backend} backend takes no new one from outloop`;
  return deny('SECRET_UNUSABLE', { credential: place.credential, detail });
}
