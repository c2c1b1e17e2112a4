import { inside } from '../model/inside.js';
import type { BackendUse } from '../credential/find-backend.js';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Tool, ToolPin } from '../model/action.js';
import type { Alias } from '../model/service.js';
import { checkTool } from '../service/check-tool.js';
import { readToolPins, writeToolPins, type ToolPins } from '../service/tool-pins.js';
import type { Settings } from '../state/settings.js';
import type { State } from '../state/open-state.js';
import { readPrivateFile } from '../state/private-file.js';

const PINS_BYTES = 4 * 1024 * 1024;

type Checking = { readonly state: State; readonly settings: Settings };

/** The alias's executable, as it was vetted and still is. */
export function checkPinnedTool(alias: Alias, executable: string, checking: Checking): Tool | Denial {
  return check(executable, alias.service.service, checking);
}

/** The executable that a backend runs, as it was vetted and still is; null for a backend that runs none. */
export function checkBackendTool({ name, kind, options }: BackendUse, checking: Checking): Tool | null | Denial {
  const executable = kind.program(options);
  if (executable === null) return null;
  const tool = check(executable, name, checking);
  return isDenial(tool) ? blameBackend(tool, name) : tool;
}

/** A tool's denial names whose it is: that tells the next step. */
export function blameBackend(denial: Denial, backend: string): Denial {
  const { service: _service, ...facts } = denial.facts;
  return { ...denial, facts: { ...facts, backend } };
}

function check(executable: string, owner: string, { state, settings }: Checking): Tool | Denial {
  const pins = openToolPins(state);
  if (isDenial(pins)) return pins;
  const cache = { file: inside(state.paths.compiled, 'tools.json'), key: state.auditKey, uid: state.uid };
  return checkTool(executable, pins, { service: owner, uid: state.uid, toolDirs: settings.toolDirs, cache });
}

/** What `service vet` and `backend vet` pinned; nothing where it was never run. */
export function openToolPins(state: State): ToolPins | Denial {
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

/** How a tool stands to what was vetted under its name. */
export type ToolStanding = 'new' | 'changed' | 'unchanged';

/** `now` is the tool as it is. Where the pins cannot be read every tool is new: they begin anew. */
export function compareWithPin(state: State, executable: string, now: ToolPin): ToolStanding {
  const pins = openToolPins(state);
  const pin = isDenial(pins) || !Object.hasOwn(pins, executable) ? undefined : pins[executable];
  if (pin === undefined) return 'new';
  return pin.path === now.path && pin.sha256 === now.sha256 ? 'unchanged' : 'changed';
}

/** What `service vet` and `backend vet` say where the pins cannot be read: they begin anew. Null: nothing is lost. */
export function warnOfLostPins(state: State): string | null {
  return isDenial(openToolPins(state))
    ? 'tools.json cannot be read: what it pinned for others is lost, so vet their tools again too'
    : null;
}

/** Adds to the pins, or begins anew where they cannot be read: without a pin a tool is TOOL_NOT_VETTED. Throws the file system's error. */
export function addToolPins(state: State, pins: ToolPins): void {
  const known = openToolPins(state);
  writeToolPins(state.paths.tools, { ...(isDenial(known) ? {} : known), ...pins });
}
