import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { basename } from 'node:path';
import { inside } from '../model/inside.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Tool } from '../model/action.js';
import type { Link } from '../model/link.js';
import { copyTool } from '../state/copy-tool.js';
import { beginPlace, removeTree, type Ground } from '../state/private-places.js';
import { closeInheritedDescriptors } from './inherited-descriptors.js';
import { openWorkspace } from './workspace.js';

/** A directory of mode 0700 for one run, with everything in it that the child may call its own. */
export type PrivatePlace = {
  readonly directory: string;
  readonly home: string;
  readonly tmp: string;
  readonly run: string;
  /** What the child works in: an empty directory in here, or the linked folder. */
  readonly work: string;
  /** What is executed: the tool itself where only root could change it, else a verified copy in here. */
  readonly executable: string;
  /** Removes all of it, whatever modes the child left behind; may be called again. Never throws. */
  remove(): void;
};

/**
 * Makes a run's private place, with the tool's verified copy where one is needed; `workspace` is the link whose folder the child works in, null for an empty
 * one. It comes before the credential, so that a tool that is not the vetted one costs no secret: TOOL_CHANGED, TOOL_NOT_FOUND, ISOLATION_UNAVAILABLE, and
 * LINK_NOT_APPROVED for a folder that has changed places.
 */
export function makePrivatePlace(tool: Tool, ground: Ground, workspace: Link | null): PrivatePlace | Denial {
  const open = closeInheritedDescriptors();
  if (open !== null) return open;
  if (workspace === null) return fillPlace(tool, ground);
  const folder = openWorkspace(workspace);
  if (isDenial(folder)) return folder;
  const place = fillPlace(tool, ground);
  if (isDenial(place)) {
    folder.close();
    return place;
  }
  const remove = once(() => {
    folder.close();
    place.remove();
  });
  return { ...place, work: folder.path, remove };
}

function fillPlace(tool: Tool, ground: Ground): PrivatePlace | Denial {
  const begun = beginPlace(ground);
  if (begun.kind === 'unfit') return deny('ISOLATION_UNAVAILABLE', { detail: `no private directory can be made: ${begun.why}` });
  let directory: string;
  try {
    directory = mkdtempSync(begun.path);
  } catch {
    return deny('ISOLATION_UNAVAILABLE', { detail: 'no private directory can be made' });
  }
  const place = {
    directory,
    home: inside(directory, 'home'),
    tmp: inside(directory, 'tmp'),
    run: inside(directory, 'run'),
    work: inside(directory, 'work'),
  };
  const remove = once(() => {
    if (!removeEmpty(place)) removeTree(directory);
  });
  try {
    for (const path of [place.home, place.tmp, place.run, place.work]) mkdirSync(path, 0o700);
    const executable = tool.system ? tool.path : copyTool(tool, inside(directory, 'bin'), basename(tool.path));
    if (!isDenial(executable)) return { ...place, executable, remove };
    remove();
    return executable;
  } catch {
    remove();
    return deny('ISOLATION_UNAVAILABLE', { detail: 'the private directory cannot be filled' });
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

/** Most children leave nothing behind, and then five calls do; Node's own way to remove a tree is a module of its own, and looks at everything first. */
function removeEmpty({ directory, home, tmp, run, work }: Pick<PrivatePlace, 'directory' | 'home' | 'tmp' | 'run' | 'work'>): boolean {
  try {
    for (const path of [home, tmp, run, work, directory]) rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
