import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Tool, ToolPin } from '../model/action.js';
import type { Alias } from '../model/service.js';
import { checkTool } from '../service/check-tool.js';
import { readToolPins } from '../service/tool-pins.js';
import type { State } from '../state/open-state.js';
import { readPrivateFile } from '../state/private-file.js';

const PINS_BYTES = 4 * 1024 * 1024;

/** The alias's executable, as it was vetted and still is. */
export function checkPinnedTool(alias: Alias, executable: string, state: State): Tool | Denial {
  const pins = openToolPins(state);
  return isDenial(pins) ? pins : checkTool(executable, pins, { service: alias.service.service, state });
}

/** What `service vet` pinned; nothing where it was never run. */
export function openToolPins(state: State): Readonly<Record<string, ToolPin>> | Denial {
  const file = readPrivateFile(state.paths.tools, { uid: state.uid, maxBytes: PINS_BYTES });
  switch (file.kind) {
    case 'ok':
      return readToolPins(file.bytes);
    case 'absent':
      return {};
    case 'refused':
      return deny('CONFIG_INVALID', { detail: `tools.json: ${file.why}` });
  }
}
