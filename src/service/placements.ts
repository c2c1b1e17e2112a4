import type { Place, Template } from '../model/service.js';
import type { KeyPath } from '../state/key-path.js';
import { readTemplate } from './read-template.js';
import type { Report } from './report.js';

/** One use of a parameter. `alone`: it is all of its template; `single`: it is the template's only parameter. */
export type Placement = {
  readonly param: string;
  readonly place: Place;
  readonly alone: boolean;
  readonly single: boolean;
  readonly path: KeyPath;
};

/** Reads the templates of an alias and notes where each parameter goes. */
export type TemplateReader = {
  readonly placements: readonly Placement[];
  /** A template; one that cannot be read is reported, and empty. */
  readonly read: (text: string, place: Place, path: KeyPath) => Template;
  /** A parameter that stands somewhere without braces. */
  readonly note: (param: string, place: Place, path: KeyPath) => void;
};

/** A reader that notes the placements of one alias. */
export function startTemplates(report: Report): TemplateReader {
  const placements: Placement[] = [];
  return {
    placements,
    read: (text, place, path) => {
      const read = readTemplate(text);
      if (read.kind === 'invalid') {
        report.problem(path, read.message);
        return [];
      }
      const names = read.template.flatMap((part) => ('param' in part ? [part.param] : []));
      for (const param of names) {
        placements.push({ param, place, alone: read.template.length === 1, single: names.length === 1, path });
      }
      return read.template;
    },
    note: (param, place, path) => {
      placements.push({ param, place, alone: true, single: true, path });
    },
  };
}
