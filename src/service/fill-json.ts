import { isDenial, type Denial } from '../denial/denial.js';
import type { JsonTemplate, Template } from '../model/service.js';
import { fillText, valueOf, type Filling } from './fill-template.js';

/**
 * The JSON text of a body. It is written from the parsed tree, each value through JSON.stringify, so no value can become
 * structure. A template that is one parameter alone inserts the typed value; one without a value leaves its field or item
 * out, and null says that nothing is left.
 */
export function fillJson(filling: Filling, template: JsonTemplate): string | null | Denial {
  if (template === null || typeof template !== 'object') return JSON.stringify(template);
  if ('template' in template) return fillLeaf(filling, template.template);
  if ('items' in template) {
    const items: string[] = [];
    for (const item of template.items) {
      const text = fillJson(filling, item);
      if (isDenial(text)) return text;
      if (text !== null) items.push(text);
    }
    return `[${items.join(',')}]`;
  }
  const fields: string[] = [];
  for (const [name, field] of template.fields) {
    const text = fillJson(filling, field);
    if (isDenial(text)) return text;
    if (text !== null) fields.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${fields.join(',')}}`;
}

function fillLeaf(filling: Filling, template: Template): string | null | Denial {
  const alone = template.length === 1 ? template[0] : undefined;
  if (alone !== undefined && 'param' in alone) {
    const value = valueOf(filling, alone.param);
    return value === undefined ? null : JSON.stringify(value);
  }
  const text = fillText(filling, template, 'json');
  return typeof text === 'string' ? JSON.stringify(text) : text;
}
