import type { Scheme } from './scheme.js';

/** The options that a scheme does not take, by name. */
export function unknownOptions(scheme: Scheme, options: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(options).filter((name) => !scheme.options.includes(name));
}
