import { quoteWord } from '../../model/quote-word.js';
import type { Alias, Service } from '../../model/service.js';
import { OF_ANOTHER, OPEN_TO_CHANGE, readCaFile } from '../../net/ca-file.js';
import { checkBase } from '../../net/check-base.js';
import { neededSlots } from '../../policy/evaluate.js';

/** What denies every request of a service, or every one to one of its addresses, as a clause, and what mends it; null where no command does. */
export type ServiceFault = { readonly text: string; readonly fix: string | null };

/** A service with its aliases, as its file compiles. */
type Compiled = { readonly service: Service; readonly aliases: readonly Alias[] };

/**
 * Judges where the aliases of a service lead, as each run of them does before it contacts anything: its base, the addresses where credentials are
 * exchanged, and its `ca` file. `uid` is the operator's.
 */
export function findServiceFaults({ service, aliases }: Compiled, uid: number): readonly ServiceFault[] {
  const reached = new Map(aliases.flatMap((alias) => listBases(alias).map((base) => [base, alias] as const)));
  const barred = [...reached].flatMap(([base, { alias }]) => {
    const denial = checkBase({ service: { ...service, base, ca: null }, alias, uid });
    return denial === null ? [] : [describeBarred(denial.facts)];
  });
  const ca = reached.size === 0 || service.ca === null ? null : judgeCa(service.ca, uid);
  return [...barred, ...(ca === null ? [] : [ca])];
}

/** Where a run of an alias sends a credential or a request. */
function listBases(alias: Alias): readonly string[] {
  const { action, service } = alias;
  const exchanges = neededSlots(alias).map((slot) => service.slots[slot]?.exchange);
  return [...exchanges, action.kind === 'http' ? service.base : null].filter((base) => typeof base === 'string');
}

function describeBarred({ host, detail }: Readonly<Record<string, unknown>>): ServiceFault {
  return { text: `${String(host)} is not allowed, so every request there is denied: ${String(detail)}`, fix: null };
}

function judgeCa(path: string, uid: number): ServiceFault | null {
  const read = readCaFile(path, uid);
  if (read.kind === 'ok') return null;
  return { text: `its ca file ${path} ${read.detail}, so every request is denied`, fix: fixCa(path, read.detail, uid) };
}

function fixCa(path: string, detail: string, uid: number): string {
  const word = quoteWord(path);
  if (detail === OPEN_TO_CHANGE) return `chmod go-w ${word}`;
  return detail === OF_ANOTHER ? `sudo chown ${uid} ${word}` : `put a PEM file of its roots at ${word}`;
}
