import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDenial } from '../../src/denial/denial.js';
import { makeState } from '../../src/state/make-state.js';
import { openState, type State } from '../../src/state/open-state.js';
import { locateState, type StatePaths } from '../../src/state/paths.js';
import { makeHome } from '../helpers/temporary-home.js';

export const uid = process.getuid?.() ?? 0;
export const seed = { id: 'st_01ARZ3NDEKTSV4RRFFQ69G5FAV', auditKey: new Uint8Array(32).fill(7) };

/** A temporary directory with the paths of a state in it; nothing is made yet. */
export function temporaryPaths(): { readonly paths: StatePaths; readonly remove: () => void } {
  const { home, remove } = makeHome();
  const paths = locateState({ OUTLOOP_HOME: join(home, 'o') }, '/nowhere');
  if (isDenial(paths)) throw new Error(paths.code);
  return { paths, remove };
}

/** A made and opened state in a temporary directory. */
export function temporaryState(): { readonly state: State; readonly remove: () => void } {
  const { paths, remove } = temporaryPaths();
  makeState(paths, seed, uid);
  const state = openState(paths, uid);
  if (isDenial(state)) throw new Error(state.code);
  return { state, remove };
}

/** Writes a configuration file in place with mode 0600 (or another). */
export function put(path: string, text: string, mode = 0o600): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** Long enough for a file's stamp to settle. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 80));
