import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRedactor } from '../../src/redact/redactor.js';
import { MIXED_ESCAPES, REDACTION_FOUND } from '../vectors/redaction-found.js';
import { SECRET_FORMS } from '../vectors/secret-forms.js';
import { SCANNER, pass } from './filters.js';
import { prepareExam } from './fuzz/check-claims.js';
import { openSearcher } from './fuzz/survivors.js';
import { subject } from './fuzz/subjects.js';

/** What `npm run fuzz` kept: one input a line. */
const CORPUS = readFileSync(join(import.meta.dirname, '../fixtures/fuzz/redact.txt'), 'utf8')
  .trimEnd()
  .split('\n');

test('every claim of the redactor holds for each input that the fuzzer kept', () => {
  expect(CORPUS.length).toBeGreaterThan(100);
  const broken = CORPUS.map((line) => ({ line, finding: prepareExam(Buffer.from(line, 'base64'), SCANNER).check() }));
  expect(broken.filter(({ finding }) => finding !== null)).toEqual([]);
});

test.each(SECRET_FORMS)('the fuzzer’s claims fail for a secret that comes out $title', ({ spell }) => {
  const key = subject(1);
  expect(openSearcher(key)(spell(Buffer.from(key.value)).toString('latin1'), false)).not.toBeNull();
});

test.each(REDACTION_FOUND)('what the fuzzer found does not come out any more: $title', ({ secret, kind, stream }) => {
  const bytes = Buffer.from(stream, 'latin1');
  const search = openSearcher({ value: secret, guarded: [secret], window: 12, kind });
  expect(search(stream, false)).not.toBeNull();
  const redactor = createRedactor([{ name: 'k', bytes: Buffer.from(secret, 'latin1') }], null);
  const chunkings: Uint8Array[][] = [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))];
  for (let at = 1; at < bytes.length; at++) chunkings.push([bytes.subarray(0, at), bytes.subarray(at)]);
  for (const chunks of chunkings) {
    for (const piece of pass(redactor.open(), chunks).toString('latin1').split('[redacted:k]'))
      expect(search(piece, chunks.length > 1)).toBeNull();
  }
});

test.each(MIXED_ESCAPES)('a key is hidden that is written with $title', ({ secret, stream }) => {
  const bytes = Buffer.from(stream, 'latin1');
  const secrets = [{ name: 'k', bytes: Buffer.from(secret, 'latin1') }];
  // Another stream has used up what is looked up without an index.
  const used = createRedactor(secrets, null);
  used.redactText('q'.repeat(5000));
  for (const redactor of [createRedactor(secrets, null), used]) expect(redactor.redact(bytes).bytes.toString()).toBe('[redacted:k]');
});
