import type { ByteFilter } from '../model/byte-filter.js';
import { formsOf } from './forms.js';
import { buildNeedleTable, findNeedle, findPartial, type Needle, type NeedleTable } from './needles.js';

/** A value that must not leave, and the public name that stands in its place. A name may have several values: those that schemes derive. */
export type RedactedSecret = { readonly name: string; readonly bytes: Uint8Array };

/** Replaces secrets, in every form of forms.ts, by `[redacted:<name>]`. It keeps copies of the secrets; let it go when the run is over. */
export type Redactor = {
  /** A filter for one stream; streams are apart from each other. */
  open(): ByteFilter;
  /** Redacts bytes that are whole; `count` is how many places were replaced. The result may be `bytes` itself. */
  redact(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly count: number };
  /** Redacts text by its UTF-8 bytes. */
  redactText(text: string): string;
};

/** At the end of a stream the beginning of a needle is replaced from this many bytes on; shorter ones are left as ordinary text. */
export const SHORTEST_MASKED_END = 12;

const NOTHING = new Uint8Array(0);

/**
 * A redactor for these secrets; with none it passes everything on as it is. Empty values are left out. The values are copied at
 * once; their forms are worked out by the first write to a filter, which may be of no bytes, to get ready while a child starts.
 *
 * Every byte that belongs to an occurrence of a needle is removed. Occurrences that overlap are replaced once, by the name of
 * the one that begins first, of several the longest. What does not match is given on at once, but for the longest end that
 * may still become a needle; how the stream is cut into chunks changes nothing.
 */
export function createRedactor(secrets: readonly RedactedSecret[]): Redactor {
  let built: NeedleTable | null = null;
  const present = secrets.filter(({ bytes }) => bytes.length > 0).map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) }));
  const table = () => (built ??= buildNeedleTable(present.flatMap(needlesOf)));
  const open = () => (present.length === 0 ? passOn() : redactStream(table));
  const redact = (bytes: Uint8Array) => {
    const filter = open();
    const whole = join([filter.write(bytes), filter.end()]);
    return { bytes: whole, count: filter.count };
  };
  const redactText = (text: string) => {
    const { bytes, count } = redact(Buffer.from(text, 'utf8'));
    return count === 0 ? text : Buffer.from(bytes).toString('utf8');
  };
  return { open, redact, redactText };
}

function needlesOf(secret: RedactedSecret): Needle[] {
  return formsOf(secret.bytes).map((bytes) => ({ name: secret.name, bytes }));
}

function passOn(): ByteFilter {
  return { write: (chunk) => chunk, end: () => NOTHING, count: 0 };
}

function redactStream(table: () => NeedleTable): ByteFilter {
  /** The end of what came so far that may still become a needle; `covered` bytes of it were replaced with an earlier occurrence. */
  let held: Uint8Array = NOTHING;
  let covered = 0;
  let count = 0;

  function mark(needle: Needle): Uint8Array {
    count++;
    const markers = [`[redacted:${needle.name}]`, '[redacted]', '***'].map((marker) => Buffer.from(marker));
    return markers.find((marker) => findNeedle(table(), marker, 0, 0) === null) ?? NOTHING;
  }

  /** Gives `text` on up to `until`, replacing what matches before it, and moves `covered` to the same place. */
  function release(text: Uint8Array, until: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let plain = Math.min(covered, until);
    for (let from = 0; from < until;) {
      const found = findNeedle(table(), text, from, covered);
      if (found === null || found.start >= until) break;
      if (found.start >= covered) {
        pieces.push(text.subarray(plain, found.start), mark(found.needle));
      }
      covered = found.start + found.needle.bytes.length;
      plain = Math.min(covered, until);
      from = found.start + 1;
    }
    pieces.push(text.subarray(plain, until));
    covered = Math.max(0, covered - until);
    return join(pieces);
  }

  return {
    write(chunk) {
      const needles = table();
      if (chunk.length === 0) return NOTHING;
      const text = held.length === 0 ? chunk : join([held, chunk]);
      const until = findPartial(needles, text, 0)?.start ?? text.length;
      const given = release(text, until);
      held = new Uint8Array(text.subarray(until));
      return given;
    },
    end() {
      const text = held;
      held = NOTHING;
      if (text.length < SHORTEST_MASKED_END) return release(text, text.length);
      const begun = findPartial(table(), text, 0);
      return begun === null || covered > 0 ? NOTHING : mark(begun.needle);
    },
    get count() {
      return count;
    },
  };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const filled = pieces.filter((piece) => piece.length > 0);
  const [only] = filled;
  return only !== undefined && filled.length === 1 ? only : Buffer.concat(filled);
}
