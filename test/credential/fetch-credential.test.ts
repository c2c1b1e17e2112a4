import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Ask, Backend, BackendAnswer } from '../../src/credential/backend.js';
import { fetchCredential } from '../../src/credential/fetch-credential.js';
import { MemoryBackend } from '../../src/credential/memory/memory-backend.js';
import { isDenial } from '../../src/denial/denial.js';
import type { Denial } from '../../src/denial/denial.js';
import type { Secret } from '../../src/model/secret.js';

const CANARY = 'canary-0d52';
const FACTS = { tenant: 'acme', credential: 'bot', backend: 'memory' };

function fetchFrom(
  backend: Backend,
  more: { allowShort?: boolean; signal?: AbortSignal; limitMs?: number } = {},
): Promise<Secret | Denial> {
  const { allowShort = false, signal = new AbortController().signal, limitMs = 10_000 } = more;
  return fetchCredential({
    tenant: 'acme',
    name: 'bot',
    credential: { backend: 'memory', ref: 'acme/bot', allowShort },
    backend,
    signal,
    limitMs,
  });
}

function backendThat(get: (ref: string, ask: Ask) => Promise<BackendAnswer>): Backend {
  return { name: 'memory', get, probe: () => Promise.resolve({ kind: 'ready', detail: '' }) };
}

it('a value becomes a Secret of the credential’s name, after one call', async () => {
  const backend = new MemoryBackend({ 'acme/bot': CANARY });
  const secret = await fetchFrom(backend);
  expect(isDenial(secret) ? secret : Buffer.from(secret.reveal()).toString()).toBe(CANARY);
  expect(secret).toMatchObject({ name: 'bot' });
  expect(backend.calls).toBe(1);
});

it('the backend is asked for the credential’s reference, in the tenant’s name', async () => {
  const asked: unknown[] = [];
  await fetchFrom(
    backendThat((ref, { tenant, credential }) => Promise.resolve(asked.push({ ref, tenant, credential })).then(() => ({ kind: 'absent' }))),
  );
  expect(asked).toEqual([{ ref: 'acme/bot', tenant: 'acme', credential: 'bot' }]);
});

describe('each answer has its denial', () => {
  const rows: readonly [BackendAnswer, Partial<Denial>][] = [
    [
      { kind: 'absent' },
      { code: 'SECRET_MISSING', facts: { ...FACTS, place: 'acme/bot in the memory backend', pointer: 'bot' }, retryAfterMs: null },
    ],
    [{ kind: 'locked' }, { code: 'BACKEND_LOCKED', facts: FACTS, retryAfterMs: null }],
    [
      { kind: 'unavailable', detail: 'it rests', retryAfterMs: null },
      { code: 'BACKEND_UNAVAILABLE', facts: { ...FACTS, detail: 'it rests' }, retryAfterMs: 5000 },
    ],
    [
      { kind: 'unavailable', detail: 'it rests', retryAfterMs: 90_000 },
      { code: 'BACKEND_UNAVAILABLE', retryAfterMs: 90_000 },
    ],
    [
      { kind: 'damaged', detail: 'it was cut' },
      { code: 'SECRET_UNUSABLE', facts: { ...FACTS, detail: 'it was cut' } },
    ],
    [
      { kind: 'value', bytes: Buffer.from('short') },
      { code: 'SECRET_UNUSABLE', facts: { ...FACTS, detail: 'it is shorter than 8 bytes' } },
    ],
  ];
  it.each(rows)('%o', async (answer, denial) => {
    expect(await fetchFrom(backendThat(() => Promise.resolve(answer)))).toMatchObject(denial);
  });
});

it('a short value is taken where the credential allows it', async () => {
  expect(isDenial(await fetchFrom(new MemoryBackend({ 'acme/bot': 'pin4' }), { allowShort: true }))).toBe(false);
});

it('a value that is refused is overwritten', async () => {
  const bytes = Buffer.from('short');
  await fetchFrom(backendThat(() => Promise.resolve({ kind: 'value', bytes })));
  expect(bytes.every((byte) => byte === 0)).toBe(true);
});

it('what a backend throws is told in our words alone', async () => {
  const failures = [
    () => Promise.reject(new Error(`no luck with ${CANARY}`)),
    () => {
      throw new Error(CANARY);
    },
  ];
  for (const get of failures) {
    const denial = await fetchFrom(backendThat(get));
    expect(denial).toMatchObject({ code: 'BACKEND_UNAVAILABLE', facts: { ...FACTS, detail: 'the backend failed' } });
    expect(inspect(denial, { depth: 9 })).not.toContain(CANARY);
  }
});

it('a backend that does not answer is given up and told to stop', async () => {
  let stopped = false;
  const deaf = backendThat((_ref, { signal }) => {
    signal.addEventListener('abort', () => (stopped = true));
    return new Promise(() => undefined);
  });
  expect(await fetchFrom(deaf, { limitMs: 30 })).toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    facts: { detail: 'it did not answer within 0.03 s' },
  });
  expect(stopped).toBe(true);
});

it('a cancelled run asks nobody, or stops waiting', async () => {
  const backend = new MemoryBackend({ 'acme/bot': CANARY });
  expect(await fetchFrom(backend, { signal: AbortSignal.abort() })).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  expect(backend.calls).toBe(0);
  backend.delayMs = 60_000;
  const controller = new AbortController();
  const waiting = fetchFrom(backend, { signal: controller.signal });
  controller.abort();
  expect(await waiting).toMatchObject({ code: 'BACKEND_UNAVAILABLE', facts: { detail: 'the request was cancelled' } });
});
