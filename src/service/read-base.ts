import { withoutBrackets } from '../model/without-brackets.js';
import { readDestination, isLocal } from '../net/destination.js';

/** A service's base: origin and path prefix without a slash at its end. `plain`: http, on loopback. */
export type ReadBase =
  { readonly kind: 'ok'; readonly base: string; readonly plain: boolean } | { readonly kind: 'invalid'; readonly message: string };

/**
 * Reads a base as strictly as it is later compared: it must be spelt exactly as the URL parser writes it, so what the
 * operator reads is where requests go. No odd spelling of an address, upper case, default port, `..` or encoding gets by.
 */
export function readBase(text: string): ReadBase {
  const invalid = (message: string): ReadBase => ({ kind: 'invalid', message });
  const destination = readDestination(text);
  if (destination === null) return invalid('must be an https address with a literal host, and without a user');
  const url = new URL(text);
  if (!HOST.test(url.hostname)) return invalid('must have a literal host');
  if (/[?#]/.test(text)) return invalid('takes no query and no fragment');
  const prefix = url.pathname.replace(/\/$/, '');
  if (text !== url.origin + prefix && text !== `${url.origin}${prefix}/`) {
    return invalid('must be spelt as it is sent: lower-case host, no default port, no dots or empty parts in its path');
  }
  if (/\/\/|[{}]/.test(prefix)) return invalid('its path takes no empty part and no parameter');
  if (!destination.tls && !isLocal(destination)) return invalid('plain http is for loopback only; use https');
  return { kind: 'ok', base: url.origin + prefix, plain: !destination.tls };
}

/** A name or an IP literal. The URL parser takes more (`{`, `*`), which looks like a parameter or a pattern and would be neither. */
const HOST = /^[a-z0-9._-]+$|^\[[0-9a-f:.]+\]$/;

/** One host of a slot, lower-case and without brackets; null when it is not a host alone. */
export function readHost(text: string): string | null {
  const bare = withoutBrackets(text);
  const spelt = bare.includes(':') ? `[${bare}]` : bare;
  if (!URL.canParse(`https://${spelt}/`)) return null;
  const url = new URL(`https://${spelt}/`);
  return url.hostname === spelt && url.href === `https://${spelt}/` && HOST.test(spelt) ? bare : null;
}
