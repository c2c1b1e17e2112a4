import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import { findCode } from '../model/error-code.js';
import { classifyAddress } from './address.js';
import { isLocal, mayLiveAt, type Destination } from './destination.js';
import { openTunnel, type Proxy } from './proxy.js';
import { askResolver, resolveDestination, type Lookup } from './resolve.js';
import type { TimeLimit } from './time-limit.js';
import { describeTlsFailure, isUnvouched, makeTrust, tlsOptions, type Trust, type TrustSettings } from './trust.js';

/** Where to connect and what is believed on the way. `proxy` null: straight to the destination. */
export type Route = {
  readonly destination: Destination;
  readonly networks: readonly string[];
  readonly trust: TrustSettings;
  readonly proxy: Proxy | null;
  readonly lookup: Lookup;
};

/** A resolved and checked route: it opens any number of connections and asks no resolver again. */
export type CheckedRoute = {
  readonly destination: Destination;
  /** Where the TCP connection goes: the destination's checked addresses, or the proxy's. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly tunnel: boolean;
  /** Null where no TLS is spoken. */
  readonly trust: Trust | null;
};

/** How long one address may take while others are left to try. */
const ATTEMPT_MS = 1_000;

/**
 * Resolves and checks where the route leads and reads its roots; nothing is contacted but the resolver. A local destination
 * never goes through the proxy, which has another idea of `localhost`.
 */
export async function checkRoute(route: Route, limit: TimeLimit): Promise<CheckedRoute | Denial> {
  const { destination, networks } = route;
  const proxy = destination.tls && !isLocal(destination) ? route.proxy : null;
  if (destination.place === 'literal' && !mayLiveAt(destination, destination.host, networks)) {
    return deny('EGRESS_BLOCKED', { host: destination.host });
  }
  const resolving =
    proxy === null ? resolveDestination(destination, { networks, lookup: route.lookup, limit }) : resolveProxy(proxy, route, limit);
  // Parsing the roots takes as long as a name takes to resolve, so both go on at once.
  const trusting = destination.tls ? readTrust(destination.host, route.trust) : Promise.resolve(null);
  const [addresses, trust] = await Promise.all([resolving, trusting]);
  if (isDenial(addresses)) return addresses;
  if (isDenial(trust)) return trust;
  return { destination, addresses, port: proxy?.port ?? destination.port, tunnel: proxy !== null, trust };
}

/**
 * A connection over the route, TLS and its certificate checked, nothing written on it yet. The caller destroys it; it has a listener for its
 * errors, so a late one ends nothing. When `limit` ends, the socket is destroyed. A certificate that the first roots do not vouch for is asked for again, for all of them.
 */
export async function openConnection(route: CheckedRoute, limit: TimeLimit): Promise<Socket | Denial> {
  const { trust, destination } = route;
  if (trust === null) return reach(route, limit);
  const opened = await openSecurely(route, trust.first, limit);
  const others = isFailure(opened) && isUnvouched(opened.code) ? trust.rest : null;
  const connection = others === null ? opened : await openSecurely(route, others(), limit);
  if (isFailure(connection)) return limit.ended() ?? denyFailure(destination.host, connection);
  if (!isDenial(connection) && (others !== null || trust.rest === null)) trust.learn(connection);
  return connection;
}

/** Why TLS did not come about: the error's code, empty where the connection just ended. */
type Failure = { readonly kind: 'failure'; readonly code: string };

function isFailure(value: TLSSocket | Denial | Failure): value is Failure {
  return 'kind' in value && value.kind === 'failure';
}

function denyFailure(host: string, { code }: Failure): Denial {
  const words = describeTlsFailure(code);
  return words === null
    ? deny('UPSTREAM_UNREACHABLE', { host, detail: 'the connection was broken off' })
    : deny('UPSTREAM_TLS_FAILED', { host, detail: words });
}

async function openSecurely(route: CheckedRoute, context: SecureContext, limit: TimeLimit): Promise<TLSSocket | Denial | Failure> {
  const socket = await reach(route, limit);
  return isDenial(socket) ? socket : secure(socket, route.destination, context);
}

/** A connection to the destination's own port, through the proxy where there is one. */
async function reach(route: CheckedRoute, limit: TimeLimit): Promise<Socket | Denial> {
  const socket = await dial(route, limit);
  if (isDenial(socket) || !route.tunnel) return socket;
  const refused = await openTunnel(socket, route.destination, limit);
  if (refused === null) return socket;
  socket.destroy();
  return refused;
}

async function readTrust(host: string, settings: TrustSettings): Promise<Trust | Denial> {
  try {
    return await makeTrust(host, settings);
  } catch {
    return deny('UPSTREAM_TLS_FAILED', { host, detail: 'the roots could not be read' });
  }
}

async function resolveProxy({ host }: Proxy, { destination, lookup }: Route, limit: TimeLimit): Promise<readonly string[] | Denial> {
  const answers = classifyAddress(host) === null ? await askResolver(host, lookup, limit) : [host];
  if (answers !== null) return answers;
  return limit.ended() ?? deny('UPSTREAM_UNREACHABLE', { host: destination.host, detail: 'the proxy’s name could not be resolved' });
}

async function dial(route: CheckedRoute, limit: TimeLimit): Promise<Socket | Denial> {
  const { connect } = await import('node:net');
  const last = route.addresses.length - 1;
  for (const [index, host] of route.addresses.entries()) {
    if (limit.signal.aborted) break;
    const socket = connect({ host, port: route.port, noDelay: true });
    const connected = await waitForConnection(socket, index === last ? null : ATTEMPT_MS, limit);
    if (connected) return socket;
  }
  const detail = route.tunnel ? 'the proxy did not accept a connection' : 'it did not accept a connection';
  return limit.ended() ?? deny('UPSTREAM_UNREACHABLE', { host: route.destination.host, detail });
}

function waitForConnection(socket: Socket, attemptMs: number | null, limit: TimeLimit): Promise<boolean> {
  return new Promise((resolve) => {
    const clock = attemptMs === null ? null : setTimeout(() => socket.destroy(), attemptMs);
    const end = (connected: boolean): void => {
      if (clock !== null) clearTimeout(clock);
      resolve(connected);
    };
    // The listener for errors stays: an error without one would end the process.
    socket.on('error', () => undefined);
    socket.once('connect', () => {
      end(true);
    });
    socket.once('close', () => {
      limit.signal.removeEventListener('abort', onAbort);
      end(false);
    });
    const onAbort = (): void => {
      socket.destroy();
    };
    limit.signal.addEventListener('abort', onAbort, { once: true });
  });
}

async function secure(socket: Socket, destination: Destination, context: SecureContext): Promise<TLSSocket | Failure> {
  const { connect } = await import('node:tls');
  return new Promise((resolve) => {
    const secured = connect({ ...tlsOptions(destination, context), socket });
    let code = '';
    secured.on('error', (error) => {
      code = findCode(error) ?? '';
    });
    secured.once('secureConnect', () => {
      if (secured.authorized) resolve(secured);
      else secured.destroy();
    });
    secured.once('close', () => {
      socket.destroy();
      resolve({ kind: 'failure', code });
    });
  });
}
