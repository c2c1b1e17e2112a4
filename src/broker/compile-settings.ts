import { shapeBackends } from '../credential/shape-backends.js';
import { readSettings } from '../state/read-settings.js';
import type { State } from '../state/open-state.js';
import type { SettingsAnswer } from '../state/settings.js';

/** Reads settings.yaml with everything that judges its parts. Loaded only when the file has changed. */
export function compileSettings(state: State): Promise<SettingsAnswer> {
  return readSettings(state, shapeBackends);
}
