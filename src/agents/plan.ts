import { addRules, removeRules, type Rules } from './json-rules.js';
import { readOwnership, stampFile } from './owned-file.js';
import { lookAtPlace, type Place } from './place.js';
import { putSection, takeSection } from './section.js';
import type { AgentPart } from './tools.js';

/**
 * What is to be done with one file. `text`: what it will hold, in bytes, one character each; null: it will be removed.
 * `line` counts from 1, or is null for the whole file; `why` is a clause.
 */
export type PlannedChange =
  | { readonly action: 'create' | 'change' | 'remove'; readonly file: string; readonly place: Found; readonly text: string | null }
  | { readonly action: 'keep'; readonly file: string }
  | { readonly action: 'refused'; readonly file: string; readonly line: number | null; readonly why: string };

type Found = Extract<Place, { kind: 'absent' | 'file' }>;

export type PlanWish = {
  /** The folder's real path. */
  readonly folder: string;
  readonly uid: number;
  readonly parts: readonly AgentPart[];
  readonly remove: boolean;
  /** The text of a template, by its name. */
  readonly readTemplate: (name: string) => string;
};

/** What putting the parts in (or taking them out) comes to, file by file; a file that is not there has nothing to take out. Nothing is written. */
export function planChanges({ folder, uid, parts, remove, readTemplate }: PlanWish): readonly PlannedChange[] {
  return parts.flatMap((part): readonly PlannedChange[] => {
    const place = lookAtPlace(folder, part.file, uid);
    const template = part.template.map(readTemplate).join('');
    if (place.kind === 'refused') return [refuse(part, null, place.why)];
    if (!remove) return [planWriting(part, place, template)];
    return place.kind === 'absent' ? [] : [planRemoval(part, place, template)];
  });
}

function planWriting(part: AgentPart, place: Found, template: string): PlannedChange {
  const before = place.kind === 'file' ? place.text : null;
  switch (part.kind) {
    case 'file': {
      const text = stampFile(template);
      const owner = before === null ? 'ours' : readOwnership(before);
      if (owner !== 'ours') return refuseOwned(part, owner);
      return settle(part, place, { text, changed: before?.replaceAll('\r\n', '\n') !== text });
    }
    case 'section':
      return settleEdit(part, place, putSection(before, template, part.style));
    case 'rules':
      return settleEdit(part, place, addRules(before, JSON.parse(template) as Rules));
  }
}

function planRemoval(part: AgentPart, place: Extract<Place, { kind: 'file' }>, template: string): PlannedChange {
  switch (part.kind) {
    case 'file': {
      const owner = readOwnership(place.text);
      if (owner === 'edited') return refuseOwned(part, owner);
      return owner === 'foreign' ? { action: 'keep', file: part.file } : settle(part, place, { text: null, changed: true });
    }
    case 'section':
      return settleEdit(part, place, takeSection(place.text));
    case 'rules': {
      // A file that never had them may hold anything.
      if (!place.text.includes('outloop')) return { action: 'keep', file: part.file };
      return settleEdit(part, place, removeRules(place.text, JSON.parse(template) as Rules));
    }
  }
}

type Edit = ReturnType<typeof putSection> | ReturnType<typeof addRules>;

function settleEdit(part: AgentPart, place: Found, edit: Edit): PlannedChange {
  return edit.kind === 'refused' ? refuse(part, edit.line, edit.why) : settle(part, place, edit);
}

function settle(
  { file }: AgentPart,
  place: Found,
  { text, changed }: { readonly text: string | null; readonly changed: boolean },
): PlannedChange {
  if (!changed) return { action: 'keep', file };
  return { action: text === null ? 'remove' : place.kind === 'absent' ? 'create' : 'change', file, place, text };
}

function refuseOwned(part: AgentPart, owner: 'edited' | 'foreign'): PlannedChange {
  return owner === 'edited'
    ? refuse(part, null, 'it was edited by hand: keep what is yours elsewhere, remove it, and run this again')
    : refuse(part, null, 'it is not outloop’s: move it away first');
}

function refuse({ file }: AgentPart, line: number | null, why: string): PlannedChange {
  return { action: 'refused', file, line, why };
}
