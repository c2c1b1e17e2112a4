import { createHash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_SECRET_BYTES } from '../../src/credential/backend.js';
import type { BackendAnswer, WritableBackend } from '../../src/credential/backend.js';
import { fetchCredential } from '../../src/credential/fetch-credential.js';
import { isDenial } from '../../src/denial/denial.js';
import { askOf } from '../credential/make-setting.js';

/** A backend to hold to the contract, fresh and empty, and how to take it away. */
export type Subject = { readonly backend: WritableBackend; remove(): void };

/** What every writable backend keeps. Each case uses references of its own, so that they may run on one subject. */
export function holdToContract(open: () => Promise<Subject>): void {
  let subject: Subject;
  let backend: WritableBackend;
  beforeAll(async () => {
    subject = await open();
    backend = subject.backend;
  });
  afterAll(() => subject?.remove());

  const put = async (ref: string, value: string | Uint8Array): Promise<void> => {
    expect(await backend.put(ref, Buffer.from(value), askOf())).toEqual({ kind: 'done' });
  };

  it('is ready', async () => {
    expect(await backend.probe(askOf().signal)).toMatchObject({ kind: 'ready' });
  });

  it('gives back what was put, byte for byte', async () => {
    const rows = [
      'ghp_plain0123456789',
      'trailing newline\n',
      '-----BEGIN KEY-----\nMIIB\r\n-----END KEY-----\n',
      'schlüssel-鍵-🔑',
      '  spaces  ',
      'outloop1:not-base64',
      Buffer.from([0, 255, 254, 10, 13, 0, 128]),
      randomBytes(MAX_SECRET_BYTES),
    ];
    for (const [index, row] of rows.entries()) {
      await put(`acme/kept-${index}`, row);
      const answer = await backend.get(`acme/kept-${index}`, askOf());
      expect(digest(answer)).toBe(digest({ kind: 'value', bytes: Buffer.from(row) }));
    }
  });

  it('says absent where nothing was put', async () => {
    expect(await backend.get('acme/nothing-here', askOf())).toEqual({ kind: 'absent' });
    expect(await backend.remove('acme/nothing-here', askOf())).toEqual({ kind: 'absent' });
  });

  it('replaces a value', async () => {
    await put('acme/replaced', 'the first value, longer');
    await put('acme/replaced', 'the second');
    expect(digest(await backend.get('acme/replaced', askOf()))).toBe(digest({ kind: 'value', bytes: Buffer.from('the second') }));
  });

  it('removes a value', async () => {
    await put('acme/removed', 'to be removed');
    expect(await backend.remove('acme/removed', askOf())).toEqual({ kind: 'done' });
    expect(await backend.get('acme/removed', askOf())).toEqual({ kind: 'absent' });
  });

  it('gives its own copy of a value', async () => {
    await put('acme/copied', 'copied for each caller');
    const first = await backend.get('acme/copied', askOf());
    if (first.kind === 'value') first.bytes.fill(0);
    expect(digest(await backend.get('acme/copied', askOf()))).toBe(digest({ kind: 'value', bytes: Buffer.from('copied for each caller') }));
  });

  it('refuses a value over 64 KiB and keeps the old one', async () => {
    await put('acme/full', 'the old value');
    expect(await backend.put('acme/full', new Uint8Array(MAX_SECRET_BYTES + 1), askOf())).toMatchObject({ kind: 'refused' });
    expect(digest(await backend.get('acme/full', askOf()))).toBe(digest({ kind: 'value', bytes: Buffer.from('the old value') }));
  });

  it('lists a tenant’s own references, sorted', async () => {
    await backend.put('lister/b', Buffer.from('value of b'), askOf('lister'));
    await backend.put('lister/a', Buffer.from('value of a'), askOf('lister'));
    await backend.put('lister-two/c', Buffer.from('value of c'), askOf('lister-two'));
    expect(await backend.list({ tenant: 'lister', signal: askOf().signal })).toEqual({ kind: 'refs', refs: ['lister/a', 'lister/b'] });
    expect(await backend.list({ tenant: 'nobody', signal: askOf().signal })).toEqual({ kind: 'refs', refs: [] });
  });

  it('gives a tenant nothing of another tenant', async () => {
    await put('acme/private', 'only for acme');
    for (const ref of ['acme/private', 'rival/../acme/private', '/acme/private', 'rival/', '', 'rival']) {
      expect((await backend.get(ref, askOf('rival'))).kind).not.toBe('value');
      expect((await backend.put(ref, Buffer.from('from a rival'), askOf('rival'))).kind).toMatch(/refused|done/);
      expect((await backend.remove(ref, askOf('rival'))).kind).toMatch(/refused|done|absent/);
    }
    expect(digest(await backend.get('acme/private', askOf()))).toBe(digest({ kind: 'value', bytes: Buffer.from('only for acme') }));
  });

  it('keeps a reference of other letters apart, or refuses it', async () => {
    await put('acme/plain', 'the plain one');
    for (const ref of ['acme/PLAIN', 'acme/pläin', 'acme/plain ', 'acme/plain\u200b', 'acme/plain\0', 'acme/\ud800']) {
      const stored = await backend.put(ref, Buffer.from(`another: ${ref.length}`), askOf());
      expect(stored.kind).toMatch(/^(done|refused)$/);
      const answer = await backend.get(ref, askOf());
      if (stored.kind === 'done') expect(digest(answer)).toBe(digest({ kind: 'value', bytes: Buffer.from(`another: ${ref.length}`) }));
      else expect(answer.kind).toBe('damaged');
    }
    expect(digest(await backend.get('acme/plain', askOf()))).toBe(digest({ kind: 'value', bytes: Buffer.from('the plain one') }));
  });

  it('answers twenty at once', async () => {
    await put('acme/wanted', 'wanted by twenty');
    const answers = await Promise.all(Array.from({ length: 20 }, () => backend.get('acme/wanted', askOf())));
    expect(new Set(answers.map(digest))).toEqual(new Set([digest({ kind: 'value', bytes: Buffer.from('wanted by twenty') })]));
  });

  it('does nothing for a cancelled request', async () => {
    await put('acme/cancelled', 'before the cancel');
    const gone = askOf('acme', AbortSignal.abort());
    expect(await backend.get('acme/cancelled', gone)).toMatchObject({ kind: 'unavailable' });
    expect(await backend.put('acme/cancelled', Buffer.from('after the cancel'), gone)).toMatchObject({ kind: 'unavailable' });
    expect(await backend.remove('acme/cancelled', gone)).toMatchObject({ kind: 'unavailable' });
    expect(await backend.list({ tenant: 'acme', signal: gone.signal })).toMatchObject({ kind: 'unavailable' });
    expect(await backend.probe(gone.signal)).toMatchObject({ kind: 'unavailable' });
    expect(digest(await backend.get('acme/cancelled', askOf()))).toBe(digest({ kind: 'value', bytes: Buffer.from('before the cancel') }));
  });

  it('serves a run, and shows no value on the way', async () => {
    const value = 'canary-7f3a9c51e0';
    await put('acme/run', value);
    const request = { tenant: 'acme', name: 'run', backend, signal: askOf().signal };
    const found = await fetchCredential({ ...request, credential: { backend: backend.name, ref: 'acme/run', allowShort: false } });
    if (isDenial(found)) throw new Error(found.code);
    expect(Buffer.from(found.reveal()).toString()).toBe(value);
    const foreign = await fetchCredential({
      ...request,
      tenant: 'rival',
      credential: { backend: backend.name, ref: 'acme/run', allowShort: false },
    });
    const shown = [found, foreign, backend, await backend.list(askOf()), await backend.probe(askOf().signal)].map((one) =>
      inspect(one, { depth: 9 }),
    );
    if (backend.name === 'memory') shown.splice(2, 1);
    expect(shown.join('\n')).not.toContain(value);
    expect(isDenial(foreign) && foreign.code).toBe('SECRET_UNUSABLE');
  });
}

/** Compares values without printing one where they differ. */
function digest(answer: BackendAnswer): string {
  return answer.kind === 'value' ? `${answer.bytes.length} bytes ${createHash('sha256').update(answer.bytes).digest('hex')}` : answer.kind;
}
