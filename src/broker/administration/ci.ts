import { hash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { formatKeyText, parseKeyText } from '../../credential/embedded/key-text.js';
import { KEY_BYTES } from '../../credential/embedded/entry.js';
import type { BackendAnswer } from '../../credential/backend.js';
import type { OwnReference } from '../../credential/reference.js';
import { deny, isDenial, type Denial, type Facts } from '../../denial/denial.js';
import { CI_PROVIDERS, type CiProvider } from '../../model/ci.js';
import { rethrowBug } from '../../model/error-code.js';
import { encodeUlid } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller, RunRequest } from '../../model/run.js';
import { readToolPins } from '../../service/tool-pins.js';
import type { Principal } from '../../model/principal.js';
import type { State } from '../../state/open-state.js';
import { readPrivateFile, writePrivateFile } from '../../state/private-file.js';
import { evaluate } from '../evaluate.js';
import { openBackend } from '../open-backend.js';
import type { World } from '../world.js';
import { administer, openForChange } from './administer.js';
import { findLinkOnWay, readCiProvider, readCiSeal, readCiState, writeCiState } from './ci-files.js';
import { planPipeline, writePipeline, type Pipeline } from './ci-pipeline.js';
import { planCi, type CiPlan, type CiWish as PlanWish } from './ci-plan.js';

export { CI_PROVIDERS, type CiProvider };

/**
 * What is asked of `ci init`. `request` is what the pipeline is to run, null: it shows what may run; `run` is that command line, and `quote` makes a
 * word one that a shell reads. `tools`: the path of a tools.json that was made in the CI's image.
 */
export type CiWish = PlanWish & {
  readonly request: RunRequest | null;
  readonly run: string;
  readonly quote: (word: string) => string;
  readonly tools: string | null;
  readonly replace: boolean;
  readonly newKey: boolean;
};

/** What would be written, to be shown before it is agreed to. `home` is absolute. */
export type CiProposal = { readonly kind: 'proposal'; readonly home: string; readonly plan: CiPlan; readonly pipeline: Pipeline };

/** What was written. `keyFile` holds the CI's own secret. `replayable`: another state stood there, and the CI's secret is still the one that it was sealed under. */
export type CiMade = { readonly proposal: CiProposal; readonly keyFile: string; readonly replayable: boolean };

const LIMIT_MS = 30_000;

export async function proposeCi(world: World, caller: Caller, wish: CiWish): Promise<CiProposal | Refusal | Denial> {
  const state = openForChange(world);
  if (isDenial(state) || isRefusal(state)) return state;
  return propose(world, state, caller, wish);
}

/** Fetches the credentials, seals them under the CI's key, and writes the state and the part of a pipeline. */
export function approveCi(world: World, caller: Caller, wish: CiWish): Promise<CiMade | Refusal | Denial> {
  const detail = { provider: wish.provider, home: wish.home, newKey: wish.newKey };
  return administer(world, caller, { action: 'ci init', detail }, async (state) => {
    const proposal = await propose(world, state, caller, wish);
    if (isDenial(proposal) || isRefusal(proposal)) return proposal;
    const { home, plan, pipeline } = proposal;
    const id = readCiState(world, home);
    if (isRefusal(id)) return id;
    const own = openKey(world, state, plan, wish.newKey);
    if (isRefusal(own)) return own;
    const values: Value[] = [];
    try {
      const unfetched = await fetchValues(values, world, state, plan);
      if (unfetched !== null) return unfetched;
      const before = readCiSeal(world, home);
      const made = { plan, operator: state, id: id ?? `st_${encodeUlid(world.now(), world.random(10))}`, key: own.key, values };
      const failed = writeCiState(world, home, made, () => keepKey(own));
      if (failed !== null) return failed;
      writePipeline(plan.top, wish.provider, pipeline);
      return { proposal, keyFile: own.file, replayable: !own.isNew && before !== null && before !== readCiSeal(world, home) };
    } finally {
      own.key.fill(0);
      for (const { value } of values) value.fill(0);
    }
  });
}

async function propose(world: World, state: State, caller: Caller, wish: CiWish): Promise<CiProposal | Refusal | Denial> {
  if (state.kind === 'ci') return refusal('this is a CI’s state already', 'run it with your own: unset OUTLOOP_HOME');
  if (wish.request !== null) {
    // As a job would be judged, here and now.
    const firing = { schedule: null, principal: jobOf(wish.provider), unfit: null, atMs: null };
    const judged = await evaluate({ ...wish.request, claim: null }, caller, world, firing);
    if (judged.kind === 'refused') return judged.denial;
    if (judged.kind === 'asked' || judged.decision.grants.some(({ approve }) => approve !== null))
      return deny('APPROVAL_REQUIRED', { alias: wish.request.alias });
  }
  const planned = await planCi(world, state, caller, wish);
  if (isDenial(planned) || isRefusal(planned)) return planned;
  const plan = wish.tools === null ? planned : withTools(planned, wish.tools);
  if (isDenial(plan) || isRefusal(plan)) return plan;
  const inside = plan.links.home;
  const home = join(plan.top, inside);
  const there = findLinkOnWay(plan.top, inside) === null ? readCiState(world, home) : refuseLink(inside);
  if (isRefusal(there)) return there;
  const holder = there === null ? null : readCiProvider(world, home);
  if (holder !== null && holder !== wish.provider)
    return refusal(
      `${inside} holds the state of ${holder} already`,
      `give ${wish.provider} one of its own: --home .outloop-ci-${wish.provider}`,
    );
  const parts = { home: wish.quote(inside), folder: wish.quote(relative(plan.top, plan.here.directory) || '.'), run: wish.run };
  const pipeline = planPipeline(world, { top: plan.top, provider: wish.provider, parts, replace: wish.replace });
  if (isRefusal(pipeline)) return pipeline;
  if (findLinkOnWay(plan.top, pipeline.file) !== null) return refuseLink(pipeline.file);
  return { kind: 'proposal', home, plan, pipeline };
}

function refuseLink(path: string): Refusal {
  return refusal(`a symbolic link is on the way to ${path}, and could lead out of the repository`, 'take the link away');
}

function jobOf(provider: CiProvider): Principal {
  return { kind: 'ci', name: provider === 'generic' ? 'unknown' : provider, source: 'started', agentMarker: false };
}

/** The pins of the CI's image in the place of this machine's. */
function withTools(plan: CiPlan, path: string): CiPlan | Denial | Refusal {
  const text = readFile(path);
  if (text === null) return refusal(`${path} cannot be read`);
  const given = readToolPins(text);
  if (isDenial(given)) return given;
  const pins = Object.fromEntries(Object.entries(plan.services.pins).map(([path, pin]) => [path, given[path] ?? pin]));
  return { ...plan, services: { ...plan.services, pins } };
}

function readFile(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    rethrowBug(error);
    return null;
  }
}

type Value = { readonly place: OwnReference; readonly value: Uint8Array };

/** Puts the credentials' values into `values`, whose owner wipes them, those before a failure too. */
async function fetchValues(values: Value[], world: World, state: State, { tenants, settings }: CiPlan): Promise<Denial | null> {
  for (const { tenant, sealed } of tenants) {
    for (const { name, credential, use, backendTool } of sealed) {
      const backend = await openBackend(credential.backend, { use, tool: backendTool, proxy: settings.proxy }, { world, state });
      if (isDenial(backend)) return backend;
      const answer = await backend.get(credential.ref, { tenant, credential: name, signal: AbortSignal.timeout(LIMIT_MS) });
      if (answer.kind !== 'value') return denyAnswer(answer, { tenant, credential: name, backend: credential.backend });
      values.push({ place: { tenant, name }, value: answer.bytes });
    }
  }
  return null;
}

function denyAnswer(answer: Exclude<BackendAnswer, { kind: 'value' }>, facts: Facts): Denial {
  switch (answer.kind) {
    case 'absent':
      return deny('SECRET_MISSING', facts);
    case 'locked':
      return deny('BACKEND_LOCKED', facts);
    case 'unavailable':
      return deny('BACKEND_UNAVAILABLE', { ...facts, detail: answer.detail }, answer.retryAfterMs);
    case 'damaged':
      return deny('SECRET_UNUSABLE', { ...facts, detail: answer.detail });
  }
}

/** A vault's key, and the file that it rests in, or is to rest in when it is new. */
type OwnKey = { readonly key: Uint8Array; readonly file: string; readonly isNew: boolean };

/** The key of this repository's vault rests in the operator's state, so that writing it again needs no new secret in the CI. A new one is not kept yet. */
function openKey(world: World, state: State, { links }: CiPlan, anew: boolean): OwnKey | Refusal {
  const directory = state.paths.ciKeys;
  const file = join(directory, `${hash('sha256', links.repository).slice(0, 16)}.key`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const there = readPrivateFile(file, { uid: state.uid, maxBytes: 4096, ownerOnly: true });
  if (there.kind === 'refused') return refusal(`${file} ${there.why}`);
  if (there.kind === 'ok' && !anew) {
    const key = parseKeyText(there.bytes.toString('utf8'));
    return key === null ? refusal(`${file} does not hold a vault’s key`, '--new-key makes a new one') : { key, file, isNew: false };
  }
  return { key: Uint8Array.from(world.random(KEY_BYTES)), file, isNew: true };
}

function keepKey({ key, file, isNew }: OwnKey): void {
  if (isNew) writePrivateFile(file, `${formatKeyText(key)}\n`);
}
