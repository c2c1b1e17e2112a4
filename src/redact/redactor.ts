import type { ByteFilter } from '../model/byte-filter.js';
import { listForms } from './forms.js';
import { findBegun, findMatches, longestBeginning, type Needle } from './find-matches.js';

/** Bytes that must not come out, and the public name that stands in their place. Several may have one name: a secret and what a scheme made of it. */
export type RedactedSecret = { readonly name: string; readonly bytes: Uint8Array };

/** Hides secrets in whatever leaves outloop. */
export type Redactor = {
  /** A filter for one stream; each stream has its own. */
  open(): ByteFilter;
  /** A whole text at once. */
  redact(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly count: number };
  redactText(text: string): string;
};

/** What is held back at the end of a stream and is this long a part of a secret is hidden; a shorter one is somebody else's text. */
const MIN_CUT_BYTES = 12;
const NOTHING = new Uint8Array(0);

/**
 * A redactor for these secrets, in every form of `listForms`. Each match becomes `[redacted:<name>]`; matches that overlap become one,
 * under the name of the first. It works on bytes: what holds no secret passes as it is.
 */
export function createRedactor(secrets: readonly RedactedSecret[]): Redactor {
  const needles = secrets.flatMap(({ name, bytes }) => {
    const replacement = Buffer.from(`[redacted:${name}]`);
    return listForms(bytes).map((form): Needle => ({ form, replacement }));
  });
  const open = (): ByteFilter => (needles.length === 0 ? openPassage() : openFilter(needles));
  const redact = (bytes: Uint8Array) => {
    const filter = open();
    const out = Buffer.concat([filter.write(bytes), filter.end()]);
    return { bytes: out, count: filter.count };
  };
  return { open, redact, redactText: (text) => Buffer.from(redact(Buffer.from(text)).bytes).toString('utf8') };
}

/** For a run without a secret. */
function openPassage(): ByteFilter {
  return { write: (chunk) => chunk, end: () => NOTHING, count: 0 };
}

/**
 * Holds back the longest end of the stream that begins some needle, and nothing else. A match may reach into that end, since a secret can
 * overlap itself: its replacement is then already written, and `covered` says how many of the held bytes it stood for.
 */
function openFilter(needles: readonly Needle[]): ByteFilter {
  let held: Buffer = Buffer.alloc(0);
  let covered = 0;
  let count = 0;

  const release = (view: Buffer, end: number): Uint8Array => {
    const parts: Uint8Array[] = [];
    let at = covered;
    for (const match of findMatches(view, needles)) {
      if (match.start < at) {
        at = Math.max(at, match.end);
        continue;
      }
      if (match.start >= end) break;
      parts.push(view.subarray(at, match.start), match.replacement);
      count++;
      at = match.end;
    }
    if (at < end) parts.push(view.subarray(at, end));
    covered = Math.max(0, at - end);
    held = Buffer.from(view.subarray(end));
    return parts.length === 1 ? (parts[0] ?? NOTHING) : Buffer.concat(parts);
  };

  return {
    write(chunk) {
      const view = held.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([held, chunk]);
      return release(view, view.length - longestBeginning(view, needles));
    },
    end() {
      const begun = findBegun(held, MIN_CUT_BYTES, needles);
      if (begun === null) return release(held, held.length);
      const known = covered > 0;
      held = Buffer.alloc(0);
      covered = 0;
      if (known) return NOTHING;
      count++;
      return begun.replacement;
    },
    get count() {
      return count;
    },
  };
}
