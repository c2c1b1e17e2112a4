import { join } from 'node:path';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Tool, ToolPin } from '../model/action.js';
import type { Alias } from '../model/service.js';
import { checkTool } from '../service/check-tool.js';
import { readToolPins } from '../service/tool-pins.js';
import type { Settings } from '../state/settings.js';
import type { State } from '../state/open-state.js';
import { readPrivateFile } from '../state/private-file.js';

const PINS_BYTES = 4 * 1024 * 1024;

/** The alias's executable, as it was vetted and still is. */
export function checkPinnedTool(
  alias: Alias,
  executable: string,
  { state, settings }: { readonly state: State; readonly settings: Settings },
): Tool | Denial {
  const pins = openToolPins(state);
  if (isDenial(pins)) return pins;
  const cache = { file: join(state.paths.compiled, 'tools.json'), key: state.auditKey, uid: state.uid };
  return checkTool(executable, pins, { service: alias.service.service, uid: state.uid, toolDirs: settings.toolDirs, cache });
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
