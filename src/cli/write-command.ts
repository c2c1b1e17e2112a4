import type { AliasOutline, Json } from '../model/service.js';
import { quoteWord } from '../model/quote-word.js';

/**
 * The command line that runs an alias, ready for a POSIX shell: pinned values as they are, and `<name>` in the place of each
 * required parameter that the caller has to choose.
 */
export function writeCommand(
  { alias, params }: Pick<AliasOutline, 'alias' | 'params'>,
  pins: Readonly<Record<string, readonly Json[]>>,
): string {
  const words = ['outloop', 'run', alias as string];
  for (const [name, param] of Object.entries(params)) {
    const pinned = Object.hasOwn(pins, name) ? pins[name] : undefined;
    const [only, ...others] = pinned ?? [];
    if (only !== undefined && others.length === 0) words.push(`${name}=${typeof only === 'string' ? only : JSON.stringify(only)}`);
    else if (param.required || pinned !== undefined) words.push(`${name}=<${name}>`);
  }
  return words.map(quoteWord).join(' ');
}
