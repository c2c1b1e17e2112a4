import { deny, type Denial } from '../denial/denial.js';
import type { Tool } from '../model/action.js';
import { hashFile, identifyFile } from './hash-file.js';
import { denyUntrusted, inspectPath, type InspectedPath, type PathTrust } from './inspect-path.js';
import { recallHash, rememberHash, type HashCache } from './tool-hashes.js';
import type { ToolPins } from './tool-pins.js';

/** What a tool is checked against. `service` is named in denials; `cache` null: hash every time. */
export type ToolCheck = PathTrust & { readonly service: string; readonly cache: HashCache | null };

/**
 * Checks that an executable is still what was vetted: the same real path, a path that others cannot change, the same bytes.
 * `executable` is spelt as the service spells it. A tool that only root can change may use a remembered hash; the executor
 * runs that one in place, and a verified private copy of any other. TOOL_NOT_VETTED, TOOL_NOT_FOUND, TOOL_UNTRUSTED_PATH or TOOL_CHANGED.
 */
export function checkTool(executable: string, pins: ToolPins, check: ToolCheck): Tool | Denial {
  const facts = { tool: executable, service: check.service };
  const pin = Object.hasOwn(pins, executable) ? pins[executable] : undefined;
  const found = inspectPath(executable, check);
  if (found.kind === 'absent') return deny('TOOL_NOT_FOUND', facts);
  if (pin === undefined) return deny('TOOL_NOT_VETTED', facts);
  if (found.kind === 'untrusted') return denyUntrusted(found, facts);
  if (found.real !== pin.path || found.stat.size !== BigInt(pin.size)) return deny('TOOL_CHANGED', facts);
  if (findHash(found, check.cache) !== pin.sha256) return deny('TOOL_CHANGED', facts);
  return { path: pin.path, sha256: pin.sha256, size: pin.size, system: found.system };
}

/** The hash of the very file that was inspected; null when it changed or went away in the meantime. */
function findHash({ real, stat, system }: Extract<InspectedPath, { kind: 'ok' }>, cache: HashCache | null): string | null {
  const identity = identifyFile(stat);
  const usable = system ? cache : null;
  const known = usable === null ? null : recallHash(usable, real, identity);
  if (known !== null) return known;
  const hashed = hashFile(real);
  if (hashed === null || identifyFile(hashed.stat) !== identity) return null;
  if (usable !== null) rememberHash(usable, real, { identity, sha256: hashed.sha256 });
  return hashed.sha256;
}
