import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BackendAnswer } from '../../src/credential/backend.js';
import { fetchCredential } from '../../src/credential/fetch-credential.js';
import { isDenial } from '../../src/denial/denial.js';
import { describeDenial } from '../../src/denial/describe.js';
import { askOf } from '../credential/make-setting.js';
import type { ReadingSubject, Trouble, Troubles } from './reading-subject.js';

const CANARY = 'canary-7f3a9c51e0';

/** What every kind of backend keeps, writable or not, in front of a stand-in that can be in every trouble it may meet. */
export function holdToReadingContract(name: string, troubles: Troubles, open: () => Promise<ReadingSubject>): void {
  let subject: ReadingSubject;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(() => subject?.remove());
  afterEach(() => subject.set(null));

  const get = (ref: string, signal?: AbortSignal) => subject.backend.get(ref, askOf('acme', signal));
  const fetch = (ref: string, limitMs = 15_000, signal = askOf().signal) =>
    fetchCredential({
      tenant: 'acme',
      name: 'bot',
      credential: { backend: name, ref, allowShort: false },
      backend: subject.backend,
      signal,
      limitMs,
    });

  it('gives a value as it is, in one read', async () => {
    const before = subject.reads();
    const ref = await subject.place('plain', Buffer.from(CANARY));
    expect(digest(await get(ref))).toBe(digestOf(CANARY));
    expect(subject.reads() - before).toBe(1);
  });

  it('gives a value that was changed there as it is now: nothing is kept', async () => {
    const ref = await subject.place('changing', Buffer.from('the first value'));
    expect(digest(await get(ref))).toBe(digestOf('the first value'));
    await subject.place('changing', Buffer.from('the second value'));
    expect(digest(await get(ref))).toBe(digestOf('the second value'));
  });

  it('carries several lines, blanks, quotes and every script, and bytes where it carries bytes', async () => {
    const rows = [
      '  blanks  ',
      `"quoted" \\ 'twice' \${HOME} $(id) %41 &amp;`,
      'schlüssel-鍵-🔑',
      ...(subject.carries === 'variable' ? [] : ['-----BEGIN KEY-----\nMIIB\r\n-----END KEY-----\n', 'tab\tand\u0001control\n\n']),
      'x'.repeat(65_000),
      ...(subject.carries === 'bytes' ? [Buffer.from([0, 255, 254, 10, 13, 0, 128, 10, 200])] : []),
    ];
    for (const [index, row] of rows.entries()) {
      const ref = await subject.place(`kept-${index}`, Buffer.from(row));
      expect(digest(await get(ref))).toBe(digestOf(row));
    }
  });

  it('says absent where nothing is, and SECRET_MISSING comes of it', async () => {
    expect(await get(subject.missing)).toEqual({ kind: 'absent' });
    expect(await fetch(subject.missing)).toMatchObject({ code: 'SECRET_MISSING' });
  });

  it('an empty value is SECRET_UNUSABLE', async () => {
    expect(await fetch(await subject.place('empty', Buffer.alloc(0)))).toMatchObject({
      code: 'SECRET_UNUSABLE',
      facts: { detail: 'it is empty' },
    });
  });

  it('keeps references of other letters apart, in every script', async () => {
    const refs = new Map<string, string>();
    for (const one of subject.names) refs.set(one, await subject.place(one, Buffer.from(`value of ${one}`)));
    for (const [one, ref] of refs) expect(digest(await get(ref))).toBe(digestOf(`value of ${one}`));
  });

  it('answers eight at once', async () => {
    const ref = await subject.place('wanted', Buffer.from(CANARY));
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(ref)));
    expect(new Set(answers.map(digest))).toEqual(new Set([digestOf(CANARY)]));
  });

  describe('in trouble', () => {
    for (const [trouble, expected] of Object.entries(troubles) as [Trouble, Troubles[Trouble]][]) {
      if (typeof expected === 'string') {
        it.skip(`${trouble} (${expected})`, () => undefined);
        continue;
      }
      it(`${trouble}: ${expected.kind}, and not a byte of the value`, async () => {
        const ref = await subject.place('troubled', Buffer.from(CANARY));
        subject.set(trouble);
        const before = subject.asked();
        if (trouble === 'slow') {
          const started = Date.now();
          expect(await fetch(ref, 300)).toMatchObject({ code: 'BACKEND_UNAVAILABLE', facts: { detail: 'it did not answer within 0.3 s' } });
          expect(Date.now() - started).toBeLessThan(2000);
          return;
        }
        const answer = await get(ref);
        expect(answer).toMatchObject(expected);
        expect(subject.asked() - before).toBeLessThanOrEqual(expected.retryAfterMs === undefined ? 3 : 1);
        const denial = await fetch(ref);
        const code = { locked: 'BACKEND_LOCKED', unavailable: 'BACKEND_UNAVAILABLE', damaged: 'SECRET_UNUSABLE' }[expected.kind];
        expect(denial).toMatchObject({ code });
        const shown = [inspect(answer), inspect(denial), isDenial(denial) ? describeDenial(denial).reason : ''].join('\n');
        for (const secret of [CANARY, ...subject.secrets()]) expect(shown).not.toContain(secret);
      });
    }
  });

  it('does nothing for a request that was cancelled', async () => {
    const ref = await subject.place('cancelled', Buffer.from(CANARY));
    const before = [subject.reads(), subject.asked()];
    expect(await get(ref, AbortSignal.abort())).toMatchObject({ kind: 'unavailable' });
    expect(await subject.backend.probe(AbortSignal.abort())).toMatchObject({ kind: 'unavailable' });
    expect([subject.reads(), subject.asked()]).toEqual(before);
  });

  it('ends soon after it is cancelled', async () => {
    if (typeof troubles.slow === 'string') return;
    const ref = await subject.place('cancelled', Buffer.from(CANARY));
    subject.set('slow');
    const started = Date.now();
    expect(await get(ref, AbortSignal.timeout(150))).toMatchObject({ kind: 'unavailable', detail: 'the request was cancelled' });
    expect(Date.now() - started).toBeLessThan(2000);
  });

  it('is ready when it is asked for its state, and reads no value for that', async () => {
    const before = subject.reads();
    expect(await subject.backend.probe(askOf().signal)).toMatchObject({ kind: 'ready' });
    expect(subject.reads()).toBe(before);
  });

  it('tells of every secret of its own, and shows none of them', async () => {
    const ref = await subject.place('told', Buffer.from(CANARY));
    const told: string[] = [];
    const answer = await subject.backend.get(
      ref,
      askOf('acme', undefined, (bytes) => told.push(Buffer.from(bytes).toString())),
    );
    expect(answer.kind).toBe('value');
    expect(told).toHaveLength(subject.tells);
    for (const one of told) expect(subject.secrets()).toContain(one);
    const shown = inspect([subject.backend, await subject.backend.probe(askOf().signal)], { depth: 9 });
    for (const secret of [CANARY, ...subject.secrets()]) expect(shown).not.toContain(secret);
  });

  it('refuses a reference that it does not take, whoever let it through', async () => {
    const before = subject.asked();
    for (const ref of ['', '-\n', 'a\nb', '\u202e']) expect(await get(ref)).toMatchObject({ kind: 'damaged' });
    expect(subject.asked()).toBe(before);
  });
}

/** Compares values without printing one where they differ. */
function digest(answer: BackendAnswer): string {
  return answer.kind === 'value' ? digestOf(answer.bytes) : JSON.stringify(answer);
}

function digestOf(value: string | Uint8Array): string {
  const bytes = Buffer.from(value);
  return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex')}`;
}
