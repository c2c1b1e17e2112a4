import { SECRET_FORMS, type SecretForm } from '../../vectors/secret-forms.js';
import { subject, type Subject } from './subjects.js';

/** A secret, or a fragment of it, as it was written into the stream. */
export type Leak = { readonly form: SecretForm; readonly length: number };

/** What a string of bytes stands for: secrets, and a stream that comes in chunks. */
export type Scenario = {
  readonly subjects: readonly Subject[];
  /** As FilterParts of the redactor. */
  readonly even: boolean;
  /** Whether nothing comes for a moment after each chunk. */
  readonly pauses: boolean;
  readonly chunks: readonly Buffer[];
  /** For each byte of the stream whether it was written as a secret's. */
  readonly told: readonly boolean[];
  readonly leaks: readonly Leak[];
};

/** Beginnings of escapes, of secrets and of what surrounds them. */
const WORDS =
  '%|%2|%25|%41|%u0041|=|=3|=3D|=\n|=\r\n|\\|\\n|\\x4|\\x41|\\u00|\\u0041|\\u{41}|\\U00000041|\\101|\\\\|\\"|&|&amp;|&#|&#65;|&#x41;|^[|^[[3|^[[31m|\b|_\b|\u001b|\u001b[|\u001b[3|\u001b[31m|\u001b[0;1;32m|\u001b[123456789m|\u001b(|\u001b(B|\n|\r\n|\t| |\0|"|,|[|]|{"a":"|"}|0x|00000010  |: |  |..|Authorization: Bearer |sk_live_|ghp_|eyJ|-----BEGIN PRIVATE KEY-----\n|https://u:|@|key=|\u00e9'.split(
    '|',
  );

/** What is put between pieces in large amounts. The sizes, with up to 255 bytes more, go past every bound of the redactor: of a gap, its history, what it holds, a chunk. */
const FILLER_SIZES = [0, 64, 256, 512, 896, 1920, 3968, 0, 64, 256, 512, 896, 1920, 3968, 8192, 130_944];
const MAX_FILLER = 140_000;
const MAX_CUTS = 160;
const FILLERS = ['~\n', 'ordinary output, line by line\n', '\x1b[32m..', '%20=', '\\n'];

/** Reads bytes as a scenario; every string of bytes is one. Two bytes say who and how, then each piece of the stream is a byte that says what it is, with its operands. */
export function readScenario(bytes: Uint8Array): Scenario {
  let at = 0;
  const next = () => bytes[at++] ?? 0;
  const who = next();
  const how = next();
  // Every secret has one other that it comes with, so that few are made.
  const subjects = (how & 2) === 0 ? [subject(who)] : [subject(who), subject(who + 1)];
  const chunks: Buffer[] = [];
  const leaks: Leak[] = [];
  const told: boolean[] = [];
  let open: Buffer[] = [];
  let filler = 0;
  const add = (piece: Buffer, tells: boolean) => {
    open.push(piece);
    for (let i = 0; i < piece.length; i++) told.push(tells);
  };
  const cut = () => {
    chunks.push(Buffer.concat(open));
    open = [];
  };
  const leak = (of: Subject, form: SecretForm, from: number, length: number) => {
    const text = of.value.slice(from, from + length);
    const spelled = form.spell(Buffer.from(text, 'latin1'));
    leaks.push({ form, length: spelled.length });
    add(spelled, true);
  };
  while (at < bytes.length) {
    const what = next();
    const of = subjects[(what >> 3) % subjects.length] ?? subject(0);
    switch (what & 7) {
      case 0:
      case 1: {
        const length = next() & 31;
        add(Buffer.from(bytes.subarray(at, at + length)), false);
        at += length;
        break;
      }
      case 2:
        add(Buffer.from(WORDS[next() % WORDS.length] ?? '', 'latin1'), false);
        break;
      case 3:
        leak(of, formOf(next()), 0, of.value.length);
        break;
      case 4: {
        const form = formOf(next());
        const from = next() % of.value.length;
        leak(of, form, from, 1 + (next() % of.value.length));
        break;
      }
      case 5:
        cut();
        break;
      case 6: {
        const length = Math.min((FILLER_SIZES[next() % FILLER_SIZES.length] ?? 0) + next(), MAX_FILLER - filler);
        filler += length;
        add(Buffer.alloc(length, FILLERS[(what >> 3) % FILLERS.length]), false);
        break;
      }
      default: {
        // The last piece again, cut somewhere.
        const piece = open.at(-1) ?? Buffer.alloc(0);
        const place = next() % (piece.length + 1);
        open[Math.max(0, open.length - 1)] = piece.subarray(0, place);
        cut();
        open.push(piece.subarray(place));
      }
    }
  }
  cut();
  return {
    subjects,
    even: (how & 1) !== 0,
    pauses: (how & 4) !== 0,
    chunks: (how & 24) === 24 ? cutSmall(Buffer.concat(chunks)) : chunks,
    told,
    leaks,
  };
}

/** Byte by byte, or in so small pieces that there are not too many. */
function cutSmall(stream: Buffer): Buffer[] {
  const size = Math.ceil(stream.length / MAX_CUTS);
  return Array.from({ length: Math.ceil(stream.length / size) || 0 }, (_, i) => stream.subarray(i * size, (i + 1) * size));
}

function formOf(byte: number): SecretForm {
  const form = SECRET_FORMS[byte % SECRET_FORMS.length];
  if (form === undefined) throw new RangeError('no forms');
  return form;
}
