import { deny, type Denial } from '../denial/denial.js';
import type { HttpMethod } from '../model/service.js';

/** RFC 9110 §15.4; 300 offers a choice and 304 has no other place. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** As many as docs/design.md permits; browsers and curl go to 20 and 50. */
const MAX_REDIRECTS = 5;
/** RFC 9110 §4.1 asks for 8000 octets of every recipient. */
const MAX_LOCATION = 8_000;

/** An answer's head, where the request had gone, whether that is signed, and how many redirects led there. */
export type Hop = {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly status: number;
  readonly locations: readonly string[];
  readonly followed: number;
  readonly signed: boolean;
};

/**
 * Where the answer sends the request, without a fragment; null when it is no redirect. REDIRECT_BLOCKED: another origin, userinfo, a method
 * other than GET and HEAD, a request that is signed for its own URL, a place that cannot be read, several places, or one redirect too many.
 */
export function readRedirect({ method, url, status, locations, followed, signed }: Hop): URL | null | Denial {
  const location = locations[0];
  if (!REDIRECTS.has(status) || location === undefined) return null;
  if (method !== 'GET' && method !== 'HEAD') return refuse(`a ${method} request is not sent elsewhere`);
  if (signed) return refuse('a request that is signed for its own address is not sent elsewhere');
  const place = encodeBytes(location);
  if (locations.length > 1 || location.length > MAX_LOCATION || !URL.canParse(place, url.href)) return refuse('its place cannot be read');
  const next = new URL(place, url);
  next.hash = '';
  if (next.origin !== url.origin) return refuse('it leads to another origin');
  if (next.username !== '' || next.password !== '') return refuse('its place holds a user name or password');
  return followed < MAX_REDIRECTS ? next : refuse(`there were more than ${String(MAX_REDIRECTS)}`);
}

/** Bytes beyond ASCII, which Node gives as Latin-1, as they go on the wire: as Latin-1 text the URL would encode them a second time. */
function encodeBytes(location: string): string {
  return location.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function refuse(detail: string): Denial {
  return deny('REDIRECT_BLOCKED', { detail });
}
