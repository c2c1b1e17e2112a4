import { deny, type Denial } from '../denial/denial.js';
import { LOCALHOST_ADDRESSES, mayLiveAt, type Destination } from './destination.js';
import { waitUnlessAborted, type TimeLimit } from './time-limit.js';

/** Asks the system's resolver for every address of a name; rejects when there is none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** More addresses than a connection would ever try. */
const MAX_ADDRESSES = 64;
const NOT_LISTED = 'it is neither public nor one that the service’s networks open';

/**
 * The addresses to connect to, all of them checked; a connection must use these and ask no resolver again. One answer that
 * is not allowed refuses them all (EGRESS_BLOCKED): a name that points both outside and inside is an attack or a mistake.
 * `localhost` is never resolved, and of its two addresses those are taken that are allowed. No address: UPSTREAM_UNREACHABLE.
 */
export async function resolveDestination(
  destination: Destination,
  { networks, lookup, limit }: { networks: readonly string[]; lookup: Lookup; limit: TimeLimit },
): Promise<readonly string[] | Denial> {
  const { host, place } = destination;
  if (place === 'localhost') {
    const addresses = LOCALHOST_ADDRESSES.filter((ip) => mayLiveAt(destination, ip, networks));
    return addresses.length > 0 ? addresses : deny('EGRESS_BLOCKED', { host, detail: NOT_LISTED });
  }
  const answers = place === 'literal' ? [host] : await askResolver(host, lookup, limit);
  if (answers === null) return limit.ended() ?? deny('UPSTREAM_UNREACHABLE', { host, detail: 'its name could not be resolved' });
  if (!answers.every((ip) => mayLiveAt(destination, ip, networks))) return deny('EGRESS_BLOCKED', { host, detail: NOT_LISTED });
  return answers;
}

/** The system's resolver (getaddrinfo), in its own order; hosts files and search rules apply as for any program. */
export async function lookUpAddresses(host: string): Promise<readonly string[]> {
  const { lookup } = await import('node:dns');
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, verbatim: true }, (error, answers) => {
      if (error) reject(error);
      else resolve(answers.map((answer) => answer.address));
    });
  });
}

/** Every address of a name, at least one; null where the resolver gives none, or too many to be true, or `limit` ends the wait. */
export async function askResolver(host: string, lookup: Lookup, limit: TimeLimit): Promise<readonly string[] | null> {
  try {
    const answers = await waitUnlessAborted(lookup(host), limit.signal);
    return answers === null || answers.length === 0 || answers.length > MAX_ADDRESSES ? null : [...answers];
  } catch {
    return null;
  }
}
