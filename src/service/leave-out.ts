import type { Alias, Template } from '../model/service.js';

/**
 * The alias without the places that parameters of these names fill, for a look at the others while those are not known. A body is left out
 * whole: its values are encoded or counted, and make nothing unsafe together.
 */
export function leaveOut(alias: Alias, names: ReadonlySet<string>): Alias {
  const { action } = alias;
  const stays = (template: Template) => !template.some((part) => 'param' in part && names.has(part.param));
  const pairStays = ([, template]: readonly [string, Template]) => stays(template);
  if (action.kind === 'command') return { ...alias, action: { ...action, argv: action.argv.filter(stays) } };
  const { segments, query, headers } = action;
  return {
    ...alias,
    action: {
      ...action,
      segments: segments.filter(stays),
      query: query.filter(pairStays),
      headers: headers.filter(pairStays),
      body: { kind: 'none' },
    },
  };
}
