import { checkRuntime } from '../../guard/check-runtime.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import { countWords } from '../../model/count-words.js';
import { BACKENDS_OWNER } from '../../model/owner.js';
import type { Caller } from '../../model/run.js';
import { removeLeftFiles } from '../../state/left-files.js';
import type { State } from '../../state/open-state.js';
import { faultOfTemporary, removeLeftPlaces } from '../../state/private-places.js';
import { findSettings, type Settings } from '../../state/settings.js';
import { settingsDeps } from '../configuration.js';
import { openOwnState } from '../open-own-state.js';
import { groundOf } from '../perform.js';
import { readNow } from '../read-now.js';
import type { World } from '../world.js';
import { findReferenceFaults, listReferences, probeBackends, type BackendState } from './backends.js';
import { examineLinks, examineServices, examineSettings, examineTenants, gatherDefinitions } from './examine-definitions.js';
import { examineLimits, examineRequests, examineSessions, examineWriting } from './examine-records.js';
import { examineStart } from './examine-start.js';
import { bad, ok, under, type Finding } from './finding.js';
import { findScheduleFaults } from './schedule-faults.js';
import { findOpenFaults, fixState } from './state-faults.js';
import { findOrphans, findVaultFaults, type Resting } from './vault-faults.js';

/**
 * Looks at everything a run stands on. It asks no backend for a credential and gives none out (entries of the vault it looks at itself), and changes
 * nothing but for removing what killed processes left behind, private directories and temporary files of the state; whether a run could write, it finds out with a small file that it
 * takes away again.
 */
export async function examine(world: World, caller: Caller): Promise<readonly Finding[]> {
  const installed = [examineRuntime(caller), examineStart(world.installation)];
  const state = openOwnState(world);
  if (isDenial(state)) return [...installed, bad('state', describeDenial(state).reason, fixState(state, world))];
  const settings = await findSettings(state, settingsDeps(world));
  const definitions = await gatherDefinitions(state, world);
  return [
    ...installed,
    ...examineState(state),
    ...examineSettings(state, settings),
    ...(await examineServices(definitions, { state, world, settings })),
    ...examineTenants(definitions, { state, world }),
    ...(await examineLinks(state, world)),
    ...examineLimits(state, readNow(state, world)),
    ...under('schedules', findScheduleFaults({ state, world, caller, aliases: definitions.aliases })),
    ...examineSessions(world),
    ...(await examineRequests(state, world)),
    ...(await probeBackends(world, state)).map(judgeBackend),
    ...(await examineCredentials(state, world, settings)),
    ...examineTemporary(world),
    ...examineLeftovers(world, state),
    ...(await examineWriting(state, world)),
  ];
}

function examineRuntime({ env, execArgv }: Caller): Finding {
  const tampered = checkRuntime({ env, execArgv });
  return tampered === null
    ? ok('runtime', 'Node runs unchanged')
    : bad('runtime', describeDenial(tampered).reason, `unset ${String(tampered.facts['marker'])}`);
}

function examineState({ kind, paths }: State): readonly Finding[] {
  const open = kind === 'ci' ? [] : findOpenFaults(paths);
  return open.length === 0 ? [ok('state', `${paths.config} is private`)] : under('state', open);
}

function judgeBackend({ name, kind, detail, isUsed, fix }: BackendState): Finding {
  const level = kind === 'ready' ? 'ok' : kind === 'damaged' && isUsed ? 'bad' : 'warn';
  return { level, about: 'backend', text: `${name}: ${kind}${detail === '' ? '' : `, ${detail}`}`, fix };
}

async function examineCredentials(state: State, world: World, settings: Settings | Denial): Promise<readonly Finding[]> {
  const faults = isDenial(settings) ? [] : await findReferenceFaults(world, state, settings);
  const unfit = await findVaultFaults(world, state, await listResting(world, state, settings));
  return under('credential', [...faults, ...unfit, ...(await findOrphans(world, state))]);
}

/** What rests in the vault: credentials, and the own tokens of backends. */
async function listResting(world: World, state: State, settings: Settings | Denial): Promise<readonly Resting[]> {
  const credentials = (await listReferences(world, state)).filter(({ backend }) => backend === 'embedded');
  const backends = isDenial(settings) ? [] : Object.keys(settings.backends);
  const tokens = backends.map((name) => ({ tenant: BACKENDS_OWNER, name, ref: `${BACKENDS_OWNER}/${name}` }));
  return [...credentials, ...tokens];
}

function examineTemporary(world: World): readonly Finding[] {
  const fault = faultOfTemporary(groundOf(world));
  const fix = faultOfTemporary({ temporary: '/tmp', uid: world.uid }) === null ? 'export TMPDIR=/tmp' : null;
  return fault === null ? [] : [bad('temporary', `no private directory can be made for a run: ${fault}`, fix)];
}

function examineLeftovers(world: World, state: State): readonly Finding[] {
  const places = removeLeftPlaces(groundOf(world), Infinity);
  const files = removeLeftFiles(state, world.now());
  return [
    ...(places === 0 ? [] : [ok('leftovers', `removed the private directories of ${places} runs that had been killed`)]),
    ...(files === 0
      ? []
      : [ok('leftovers', `removed ${countWords(files, 'temporary file')} of the state, whose processes had been killed`)]),
  ];
}
