import { deny, type Denial } from '../denial/denial.js';
import type { Service } from '../model/service.js';
import { classifyAddress } from './address.js';
import { readCaFile } from './ca-file.js';
import { LOCALHOST_ADDRESSES, mayLiveAt, readDestination, type Destination } from './destination.js';

/**
 * Whether the service's base may be reached as far as its text tells, before the audit intent: no name is resolved and
 * nothing is contacted. DESTINATION_NOT_ALLOWED: a base that cannot be read, http away from loopback, or an address (in any
 * spelling) or `localhost` that `networks` does not list. CONFIG_INVALID: a `ca` file that cannot be used. `uid` is the
 * operator's, null where there are none. A service of commands alone passes.
 */
export function checkBase({ service, alias, uid }: { service: Service; alias: string; uid: number | null }): Denial | null {
  if (service.base === null) return null;
  const destination = readDestination(service.base);
  if (destination === null) return deny('DESTINATION_NOT_ALLOWED', { alias, host: service.service, detail: UNREADABLE });
  if (!passes(destination, service.networks)) {
    return deny('DESTINATION_NOT_ALLOWED', { alias, host: destination.host, detail: explain(destination) });
  }
  if (service.ca === null) return null;
  const ca = readCaFile(service.ca, uid);
  return ca.kind === 'ok' ? null : deny('CONFIG_INVALID', { detail: `the ca file of service ${service.service} ${ca.detail}` });
}

const UNREADABLE = 'its address cannot be read';

function passes(destination: Destination, networks: readonly string[]): boolean {
  switch (destination.place) {
    case 'literal':
      return mayLiveAt(destination, destination.host, networks);
    case 'localhost':
      return LOCALHOST_ADDRESSES.some((ip) => mayLiveAt(destination, ip, networks));
    case 'name':
      return destination.tls;
  }
}

/** Why a destination does not pass, as a clause: `networks` open neither plain http nor an address that is no single host's. */
function explain({ tls, place, host }: Destination): string {
  if (!tls) return 'plain http is for loopback only';
  if (place === 'localhost') return `the service’s networks list neither ${LOCALHOST_ADDRESSES.join(' nor ')}`;
  const kind = classifyAddress(host);
  return kind === 'unspecified' || kind === 'multicast' ? 'no service lives at such an address' : 'the service’s networks do not list it';
}
