import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { planChanges, type PlannedChange } from '../../agents/plan.js';
import { removePlace, writePlace } from '../../agents/place.js';
import { AGENT_TOOLS, findTools, listParts, type AgentTool } from '../../agents/tools.js';
import type { Denial } from '../../denial/denial.js';
import { codeOf, rethrowBug } from '../../model/error-code.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import type { World } from '../world.js';
import { administer } from './administer.js';

export { AGENT_TOOLS, type AgentTool };

/** Which agent is to be told, in which folder. `tool` null: those that the folder shows signs of, or all of them for a removal. */
export type AgentWish = {
  readonly folder: string;
  readonly tool: AgentTool | null;
  /** Also the files that say what the agent may do without asking. */
  readonly permits: boolean;
  readonly remove: boolean;
};

/** `settings`: whether these tools have files that say what an agent may do. */
export type AgentPlan = {
  readonly folder: string;
  readonly tools: readonly AgentTool[];
  readonly settings: boolean;
  readonly changes: readonly PlannedChange[];
};

/** What `agents install` would do, file by file. Nothing is written. */
export function proposeAgents(world: World, { folder, tool, permits, remove }: AgentWish): AgentPlan | Refusal {
  const real = findFolder(folder);
  if (real === null) return refusal(`${folder} is not a folder`);
  const tools = tool !== null ? [tool] : remove ? AGENT_TOOLS : findTools((path) => isThere(join(real, path)));
  const readTemplate = (name: string) => readFileSync(join(world.templates, 'agent', name), 'latin1');
  const parts = listParts(tools, permits || remove);
  const settings = listParts(tools, true).some((part) => part.permits);
  return { folder: real, tools, settings, changes: planChanges({ folder: real, uid: world.uid, parts, remove, readTemplate }) };
}

/**
 * Carries the wish out, or nothing of it where one of its files is refused. The files are planned again from what stands there
 * now; each is written in one step. A refusal in the middle says which file could not be written: the same command goes on from there.
 */
export function approveAgents(world: World, caller: Caller, wish: AgentWish): Promise<AgentPlan | Refusal | Denial> {
  const { folder, tool, permits, remove } = wish;
  const detail = { folder, tool: tool ?? 'all that are there', permits, remove };
  return administer(world, caller, { action: 'agents install', detail }, () => {
    const plan = proposeAgents(world, wish);
    if ('kind' in plan) return plan;
    if (plan.changes.some(({ action }) => action === 'refused')) return plan;
    for (const change of plan.changes) {
      const why = carryOut(plan.folder, change);
      if (why !== null) return refusal(`${change.file} ${why}`, 'mend that, and run this again: it goes on from there');
    }
    return plan;
  });
}

/** A clause that says why it cannot be done, or null. */
function carryOut(folder: string, change: PlannedChange): string | null {
  if (change.action === 'keep' || change.action === 'refused') return null;
  try {
    if (change.text !== null) return writePlace(change.place, change.text);
    removePlace(folder, change.place.real);
    return null;
  } catch (error) {
    return `cannot be written (${codeOf(error)})`;
  }
}

function findFolder(path: string): string | null {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : null;
  } catch (error) {
    rethrowBug(error);
    return null;
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    rethrowBug(error);
    return false;
  }
}
