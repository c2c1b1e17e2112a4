import { join } from 'node:path';
import { isDenial, type Denial } from '../../denial/denial.js';
import type { ToolPin } from '../../model/action.js';
import { matchesWildcard } from '../../model/wildcard.js';
import type { Alias, Service } from '../../model/service.js';
import type { State } from '../../state/open-state.js';
import { readPrivateFile } from '../../state/private-file.js';
import { listServices } from '../../state/services.js';
import { openToolPins } from '../check-pinned-tool.js';
import { serviceDeps } from '../configuration.js';
import type { World } from '../world.js';
import type { PlannedTenant } from './ci-tenants.js';

/** The service files of the aliases that a CI may run, byte for byte, and the pins of their tools. */
export type PlannedServices = {
  readonly files: readonly { readonly file: string; readonly bytes: Uint8Array }[];
  readonly pins: Readonly<Record<string, ToolPin>>;
  readonly warnings: readonly string[];
};

const MAX_BYTES = 8 * 1024 * 1024;

export async function planServices(world: World, state: State, tenants: readonly PlannedTenant[]): Promise<PlannedServices | Denial> {
  const patterns = tenants.flatMap(({ permits }) => permits.flatMap((grant) => grant.patterns));
  const pinned = openToolPins(state);
  if (isDenial(pinned)) return pinned;
  const files: { file: string; bytes: Uint8Array }[] = [];
  const pins: Record<string, ToolPin> = {};
  const warnings: string[] = [];
  for (const { file, compiled } of (await listServices(state, serviceDeps(world))).services) {
    if (compiled.kind !== 'ok') continue;
    const permitted = compiled.aliases.filter(({ alias }) => patterns.some((pattern) => matchesWildcard(pattern, alias)));
    if (permitted.length === 0) continue;
    const read = readPrivateFile(join(state.paths.config, file), { uid: state.uid, maxBytes: MAX_BYTES });
    if (read.kind !== 'ok') continue;
    files.push({ file, bytes: read.bytes });
    for (const tool of toolsOf(permitted)) {
      const pin = pinned[tool];
      if (pin === undefined) warnings.push(`${tool} is not vetted: ${file} needs it`);
      else pins[tool] = pin;
    }
    warnings.push(...warningsOf(compiled.service, file));
  }
  return { files, pins, warnings: [...warnings, ...warnOfTools(pins)] };
}

function toolsOf(aliases: readonly Alias[]): ReadonlySet<string> {
  return new Set(aliases.flatMap(({ action }) => (action.kind === 'command' ? [action.executable] : [])));
}

/** What is another on another machine. */
function warnOfTools(pins: PlannedServices['pins']): string[] {
  const tools = Object.keys(pins);
  if (tools.length === 0) return [];
  return [`${tools.join(', ')}: pinned as on this machine; where the CI’s image has another, give its tools.json with --tools`];
}

function warningsOf({ ca, slots }: Service, file: string): string[] {
  const rotates = Object.values(slots).some(({ scheme, options }) => scheme === 'oauth-refresh-token' && options['rotation'] !== 'none');
  return [
    ...(ca === null ? [] : [`${file}: ${ca} must be there in the CI’s image as well`]),
    ...(rotates ? [`${file}: a job cannot keep a refresh token that the server replaces`] : []),
  ];
}
