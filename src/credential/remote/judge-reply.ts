import { isTable } from '../../model/json-table.js';
import type { BackendAnswer } from '../backend.js';
import { MAX_SECRET_BYTES } from '../backend.js';
import type { Reply } from './remote.js';

type Refused = Exclude<BackendAnswer, { kind: 'value' }>;

/** A reply's JSON object, where it succeeded; else what its status means to a backend. */
export function judgeReply(reply: Reply): { readonly kind: 'object'; readonly object: Record<string, unknown> } | Refused {
  const { status, retryAfterMs, body } = reply;
  if (status >= 200 && status < 300) return isTable(body) ? { kind: 'object', object: body } : unreadable();
  return judgeStatus(status, retryAfterMs);
}

/** What a status that is no success means to a backend. */
export function judgeStatus(status: number, retryAfterMs: number | null): Refused {
  if (status === 401) return { kind: 'locked', detail: 'it does not take outloop’s token' };
  if (status === 403) return { kind: 'locked', detail: 'outloop’s token may not read this there' };
  if (status === 404) return { kind: 'absent' };
  if (status === 429) return { kind: 'unavailable', detail: 'it was asked too often', retryAfterMs };
  if (status >= 300 && status < 400)
    return { kind: 'unavailable', detail: 'it answers with a redirect, which is not followed', retryAfterMs: null };
  return { kind: 'unavailable', detail: `it answers with status ${status}`, retryAfterMs };
}

/** An answer that is not what the API documents. */
export function unreadable(): Refused {
  return { kind: 'unavailable', detail: 'its answer cannot be read', retryAfterMs: null };
}

/** An answer about something else than what was asked for. */
export function wrongItem(): Refused {
  return { kind: 'damaged', detail: 'the backend answered for another reference' };
}

/** A value of JSON as a backend's answer: text, whose UTF-8 it is. */
export function toValue(value: unknown): BackendAnswer {
  if (typeof value !== 'string') return { kind: 'damaged', detail: 'its value is not text' };
  // A lone surrogate has no UTF-8 and would come out as something else.
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value))
    return { kind: 'damaged', detail: 'its value is not valid text' };
  const bytes = Buffer.from(value, 'utf8');
  return bytes.length > MAX_SECRET_BYTES
    ? { kind: 'damaged', detail: 'it is longer than 64 KiB' }
    : { kind: 'value', bytes: Uint8Array.from(bytes) };
}

/** `/a/b` with each part encoded as one segment. A part must have been checked: `.` and `..` have no encoding. */
export function encodePath(parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
}

/** `?a=b&c=d`. */
export function encodeQuery(fields: Readonly<Record<string, string>>): string {
  return `?${Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')}`;
}
