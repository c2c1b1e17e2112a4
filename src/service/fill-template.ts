import { deny, type Denial } from '../denial/denial.js';
import type { Alias, Json, Place, Template } from '../model/service.js';
import { formatValue } from './format-value.js';
import { findUnsafe } from './place-safety.js';

/** The values of a request, and the alias whose templates they fill. */
export type Filling = { readonly alias: Alias; readonly values: Readonly<Record<string, Json>> };

/** The value of a parameter; undefined where it has none, which only an optional one may. */
export function valueOf({ values }: Filling, name: string): Json | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/**
 * Fills a text template for one place. Null: a parameter in it has no value, so what it would fill is left out. `encode` is
 * put over every value, never over the template's own text. Each value is checked again for its place, whoever called.
 */
export function fillText(
  filling: Filling,
  template: Template,
  place: Place,
  encode: (text: string) => string = (text) => text,
): string | null | Denial {
  let filled = '';
  for (const part of template) {
    if ('text' in part) {
      filled += part.text;
      continue;
    }
    const value = valueOf(filling, part.param);
    if (value === undefined) return null;
    const text = formatValue(value);
    const detail = findUnsafe({ place, text, allowLeading: filling.alias.params[part.param]?.allowLeading ?? false });
    if (detail !== null) return deny('PARAM_UNSAFE', { param: part.param, detail });
    filled += encode(text);
  }
  return filled;
}

/** Names the parameters of a template for a denial that is about all of it. */
export function nameParams(template: Template): string {
  return template.flatMap((part) => ('param' in part ? [part.param] : [])).join(', ');
}
