import type { SchemeUse } from '../model/service.js';
import { suggestName } from '../model/suggest.js';
import { unknownOptions } from './option-names.js';
import { RARE_SCHEMES } from './rare-schemes.js';
import { SCHEMES } from './registry.js';

/** What is wrong in a slot: a clause without values, the key of the slot that it is about (null: the slot as a whole), and the name that was likely meant. */
export type SlotFault = { readonly fault: string; readonly key: string | null; readonly suggestion: string | null };

/** The keys of every slot, which an option's name may stand for by mistake. */
const SLOT_KEYS = ['scheme', 'hosts'];

/**
 * What a slot's scheme comes to: what is wrong with it or its options; else the address where it exchanges the credential, null for a scheme that
 * presents the credential itself. A name that is not known is told alone: what is missing then is what it was meant for.
 */
export function checkScheme({
  scheme: name,
  options,
}: SchemeUse): { readonly faults: readonly SlotFault[] } | { readonly exchange: string | null } {
  const scheme = SCHEMES.get(name) ?? RARE_SCHEMES.get(name);
  if (scheme === undefined) {
    const suggestion = suggestName(name, [...SCHEMES.keys(), ...RARE_SCHEMES.keys()]);
    return { faults: [{ fault: 'there is no scheme of that name', key: 'scheme', suggestion }] };
  }
  const unknown = unknownOptions(scheme, options);
  if (unknown.length > 0) {
    const fault = `the scheme ${name} has no such option`;
    return { faults: unknown.map((key) => ({ fault, key, suggestion: suggestName(key, [...scheme.options, ...SLOT_KEYS]) })) };
  }
  const fault = scheme.checkOptions(options);
  return fault === null ? { exchange: scheme.exchange?.endpoint(options) ?? null } : { faults: [{ fault, key: null, suggestion: null }] };
}
