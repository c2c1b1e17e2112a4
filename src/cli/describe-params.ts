import type { Alias, Json } from '../model/service.js';

/** An alias's parameters as a caller needs them: type, whether one must be given, and what its values may be. */
export function describeParams(params: Alias['params']): Record<string, Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      const { places: _, allowLeading: __, ...shown } = param;
      return [name, Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== null)) as Record<string, Json>];
    }),
  );
}

/** `owner=<string> [state=open|closed]`, a pinned one with its value. */
export function formatParams(params: Alias['params'], pins: Readonly<Record<string, readonly Json[]>>): string {
  return Object.entries(params)
    .map(([name, param]) => {
      const pinned = Object.hasOwn(pins, name) ? pins[name] : undefined;
      const value = pinned !== undefined ? pinned.map((pin) => JSON.stringify(pin)).join('|') : param.type === 'enum' ? param.values.join('|') : `<${param.type}>`;
      return param.required && pinned === undefined ? `${name}=${value}` : `[${name}=${value}]`;
    })
    .join(' ');
}
