import type { JsonTemplate } from '../model/service.js';
import type { KeyPath } from '../state/key-path.js';
import type { TemplateReader } from './placements.js';
import type { Report } from './report.js';

/**
 * A body's tree with templates for its strings. `value` comes from the YAML reader, which bounds its depth and gives nothing but JSON. Keys are
 * literal: a brace in one is most likely a mistake and is reported.
 */
export function compileJson(value: unknown, path: KeyPath, templates: TemplateReader, report: Report): JsonTemplate {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return { template: templates.read(value, 'json', path) };
  if (Array.isArray(value)) return { items: value.map((item, at) => compileJson(item, [...path, at], templates, report)) };
  return {
    fields: Object.entries(Object(value) as Record<string, unknown>).map(([key, field]) => {
      if (/[{}]/.test(key)) report.problem([...path, key], 'a key is taken as it is and may not hold a brace');
      return [key, compileJson(field, [...path, key], templates, report)];
    }),
  };
}
