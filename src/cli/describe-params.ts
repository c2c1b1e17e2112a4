import type { Alias, Json } from '../model/service.js';

/** An alias's parameters as a caller needs them: type, whether one must be given, and what its values may be. */
export function describeParams(params: Alias['params']): Record<string, Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      const shown = Object.entries(param).filter(([key, value]) => value !== null && key !== 'places' && key !== 'allowLeading');
      return [name, Object.fromEntries(shown)];
    }),
  );
}

/** `owner=<string> [state=open|closed]`, a pinned one with its value. */
export function formatParams(params: Alias['params'], pins: Readonly<Record<string, readonly Json[]>>): string {
  return Object.entries(params)
    .map(([name, param]) => {
      const pinned = Object.hasOwn(pins, name) ? pins[name] : undefined;
      const value =
        pinned !== undefined
          ? pinned.map((pin) => JSON.stringify(pin)).join('|')
          : param.type === 'enum'
            ? param.values.join('|')
            : `<${param.type}>`;
      return param.required && pinned === undefined ? `${name}=${value}` : `[${name}=${value}]`;
    })
    .join(' ');
}
