import { classifyAddress, isAllowedAddress, isLoopback } from './address.js';
import { withoutBrackets } from '../model/without-brackets.js';

/**
 * Where a service lives, read from its base or a request's URL. `host` is lower-case, without brackets and without a
 * trailing dot, so that one spelling is checked, resolved and asked for. `place` says what the host is: an IP literal, a name that means this
 * machine (RFC 6761 §6.3), or a name to be resolved.
 */
export type Destination = {
  readonly origin: string;
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly place: 'literal' | 'localhost' | 'name';
};

/** Where `localhost` is, whatever a resolver or a hosts file says. */
export const LOCALHOST_ADDRESSES: readonly string[] = ['127.0.0.1', '::1'];

const LAST_DOT = /\.$/;

/** Reads where a URL leads. `null`: not a URL, neither http nor https, or with userinfo. Odd spellings of an address are normalised. */
export function readDestination(text: string): Destination | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const tls = url.protocol === 'https:';
  if ((!tls && url.protocol !== 'http:') || url.username !== '' || url.password !== '') return null;
  const host = withoutBrackets(url.hostname).replace(LAST_DOT, '');
  if (host === '') return null;
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  return { origin: url.origin, tls, host, port, place: readPlace(host) };
}

/**
 * Whether the destination may be at this address. Over http it may be on loopback and nowhere else, listed or not; over https at a public address
 * or within `networks`.
 */
export function mayLiveAt(destination: Destination, ip: string, networks: readonly string[]): boolean {
  return destination.tls ? isAllowedAddress(ip, networks) : isLoopback(ip);
}

/** Whether the host is this machine by its name or literal, so that no resolver and no proxy is asked. */
export function isLocal(destination: Destination): boolean {
  return destination.place === 'localhost' || (destination.place === 'literal' && isLoopback(destination.host));
}

function readPlace(host: string): Destination['place'] {
  if (classifyAddress(host) !== null) return 'literal';
  return host === 'localhost' || host.endsWith('.localhost') ? 'localhost' : 'name';
}
