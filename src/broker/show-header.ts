import { isUtf8 } from 'node:buffer';
import type { HttpAnswer } from '../execute/http-job.js';
import type { Redactor } from '../redact/redactor.js';

/** A header as the caller is shown it, null where it was not sent, and how many matches were replaced in it. */
export type ShownHeader = { readonly name: string; readonly text: string | null; readonly count: number };

/**
 * The header of that lower-case name, redacted: UTF-8 where its bytes are that, else Latin-1. `bodyBytes`: the length of the body as it is delivered,
 * decoded and redacted.
 */
export function showHeader(
  { headers, bodyBytes }: Pick<HttpAnswer, 'headers'> & { readonly bodyBytes: number },
  name: string,
  redactor: Redactor,
): ShownHeader {
  const value = joinHeader(headers, name);
  if (value === null) return { name, text: null, count: 0 };
  if (name === 'content-length') return { name, text: String(bodyBytes), count: 0 };
  if (isUtf8(Buffer.from(value, 'latin1'))) {
    const { text, count } = redactAs(['latin1'], value, redactor);
    return { name, text: Buffer.from(text, 'latin1').toString('utf8'), count };
  }
  // A credential stands there in bytes of its own or in Latin-1. Who looks for the one first may cut the other, and would leave the end of it.
  const bytesFirst = redactAs(['latin1', 'utf8'], value, redactor);
  const textFirst = redactAs(['utf8', 'latin1'], value, redactor);
  return { name, ...(textFirst.text.length < bytesFirst.text.length ? textFirst : bytesFirst) };
}

/** A header that was sent several times is one list (RFC 9110 §5.3); null when it was not sent. */
function joinHeader(headers: HttpAnswer['headers'], name: string): string | null {
  const values = headers.filter(([header]) => header === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(', ');
}

/** Redacts the text as each encoding spells it in turn. In Latin-1 a header's text has the bytes that were sent. */
function redactAs(encodings: readonly ('latin1' | 'utf8')[], value: string, redactor: Redactor): { text: string; count: number } {
  let text = value;
  let count = 0;
  for (const encoding of encodings) {
    const redacted = redactor.redact(Buffer.from(text, encoding));
    text = Buffer.from(redacted.bytes).toString(encoding);
    count += redacted.count;
  }
  return { text, count };
}
