import type { PutAnswer, WritableBackend } from '../../credential/backend.js';
import { emptyValues } from '../../credential/found/dotenv-file.js';
import { replacePlainFile } from '../../credential/found/plain-file.js';
import { countWords } from '../../model/count-words.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import { errorCode } from '../../model/error-code.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Caller } from '../../model/run.js';
import { removeLeftBeside } from '../../state/left-files.js';
import { createPrivateFile } from '../../state/private-file.js';
import type { State } from '../../state/open-state.js';
import { compileTenant } from '../../tenant/compile-tenant.js';
import { addGrant, setCredential, type Edit } from '../../tenant/edit-tenant.js';
import { findLink } from '../find-link.js';
import { openOwnState } from '../open-own-state.js';
import { openOwnStore } from '../open-own-store.js';
import type { World } from '../world.js';
import { administer, refuseAgent } from './administer.js';
import { editTenant, readTenantText } from './edit-file.js';
import {
  backupPath,
  findBackup,
  prepareImport,
  wipeImport,
  type ImportPlan,
  type ImportWish,
  type PlannedKey,
  type PreparedImport,
} from './import-plan.js';
import { takeBack } from './take-back.js';
import type { TenantName } from '../../model/ids.js';

/** What was done. `file`: what became of the file. */
export type Imported = { readonly plan: ImportPlan; readonly file: 'kept' | 'replaced'; readonly backup: string | null };

const LIMIT_MS = 30_000;

/** The tenant of the folder that the operator stands in; null where none is linked. */
export async function tenantHere(world: World, caller: Caller): Promise<TenantName | null> {
  const state = openOwnState(world);
  if (isDenial(state)) return null;
  const link = await findLink(state, caller, world);
  return isDenial(link) ? null : link.tenant;
}

/** What an import would do; nothing is changed. It is an operator's question: it tells what a file holds. */
export async function planImport(world: World, caller: Caller, wish: ImportWish): Promise<ImportPlan | Refusal | Denial> {
  const unfit = refuseAgent(caller) ?? world.tampered();
  if (unfit !== null) return unfit;
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const prepared = await prepareImport(world, state, wish);
  if (isRefusal(prepared) || isDenial(prepared)) return prepared;
  wipeImport(prepared);
  return prepared.plan;
}

/**
 * Carries a plan out, if the file and the tenant still lead to it: values into the backend, then credentials and grants in one step, then the file.
 * What fails before the tenant's file is written is taken back; a file that cannot be replaced is said, and the rest stays.
 */
export function performImport(world: World, caller: Caller, wish: ImportWish, plan: ImportPlan): Promise<Imported | Refusal | Denial> {
  const keys = plan.keys.filter(({ action }) => action !== 'stays').map(({ key }) => key);
  const detail = { tenant: wish.tenant, backend: wish.backend, file: wish.file.slice(0, 200), keys: keys.join(' ').slice(0, 2000) };
  return administer(world, caller, { action: 'import env', tenant: wish.tenant, detail }, async (state) => {
    const prepared = await prepareImport(world, state, wish);
    if (isRefusal(prepared) || isDenial(prepared)) return prepared;
    try {
      if (JSON.stringify(prepared.plan) !== JSON.stringify(plan)) {
        return refusal(`${wish.file} or tenant ${wish.tenant} was changed since the plan was shown`, 'repeat the command');
      }
      return await carryOut(world, state, wish, prepared);
    } finally {
      wipeImport(prepared);
    }
  });
}

async function carryOut(world: World, state: State, wish: ImportWish, prepared: PreparedImport): Promise<Imported | Refusal | Denial> {
  const { plan, source, dotenv } = prepared;
  const taken = plan.keys.filter(({ action }) => action !== 'stays');
  const emptied = wish.replace ? emptyValues(source.text, dotenv, new Set(taken.map(({ key }) => key))) : null;
  if (wish.replace && emptied === null)
    return refusal(`${wish.file} cannot be replaced safely`, 'leave --replace out, and edit it yourself');
  // Everything that can be refused is refused before anything is put.
  const unfit = await tryEdit(state, wish, plan);
  if (unfit !== null) return unfit;

  const backend = await openOwnStore(world, state, wish.backend);
  if (isDenial(backend)) return backend;
  if (backend === null) return refusal(`the ${wish.backend} backend takes no values from outloop`);
  const put: PlannedKey[] = [];
  for (const planned of taken.filter(({ action }) => action === 'import')) {
    const answer = await putValue(backend, wish, planned, prepared.values);
    if (answer.kind !== 'done') return undo(backend, wish, put, describeFailure(wish, planned, answer));
    put.push(planned);
  }
  const edited = await editTenant(state, wish.tenant, (text) => editFor(text, plan));
  if (isDenial(edited)) return undo(backend, wish, put, describeDenial(edited).reason);
  if (isRefusal(edited)) return undo(backend, wish, put, edited.message);
  if (emptied === null) return { plan, file: 'kept', backup: null };
  // A command that was killed while it made a backup left the values there.
  removeLeftBeside(wish.file, state.uid);
  const failed = writeFile(wish, prepared, emptied);
  if (failed === null) return { plan, file: 'replaced', backup: wish.backup ? backupPath(wish.file) : null };
  const done = `${countWords(taken.length, 'credential')} and ${countWords(plan.grants.length, 'grant')} are in place`;
  return refusal(`${done}, and ${wish.file} is as it was: it ${failed}`, 'repeat the command, or take the values out yourself');
}

/** The tenant's file with the plan's credentials and grants. */
function editFor(text: string, { keys, grants }: ImportPlan): Edit {
  let edit: Edit = { kind: 'edited', text };
  for (const { action, credential } of keys) {
    if (edit.kind === 'refused' || action !== 'import' || credential === null) continue;
    edit = setCredential(edit.text, credential.name, { backend: credential.backend, ref: credential.ref });
  }
  for (const { id, permit, effects, bind } of grants) {
    if (edit.kind === 'edited') edit = addGrant(edit.text, { id, permit, effects, bind });
  }
  return edit;
}

async function tryEdit(state: State, wish: ImportWish, plan: ImportPlan): Promise<Refusal | Denial | null> {
  const before = readTenantText(state, wish.tenant);
  if (isDenial(before) || isRefusal(before)) return before;
  const edit = editFor(before.text, plan);
  if (edit.kind === 'refused') return refusal(`${before.file}: ${edit.why}`);
  const compiled = await compileTenant(before.file, Buffer.from(edit.text));
  return compiled.kind === 'ok' ? null : refusal(`${before.file} would not be valid`, null, compiled.problems);
}

async function putValue(
  backend: WritableBackend,
  wish: ImportWish,
  { key, credential }: PlannedKey,
  values: ReadonlyMap<string, Uint8Array>,
): Promise<PutAnswer> {
  const value = values.get(key);
  if (credential === null || value === undefined) throw new TypeError('a key that is imported has a value and a place');
  return backend.put(credential.ref, value, { tenant: wish.tenant, credential: credential.name, signal: AbortSignal.timeout(LIMIT_MS) });
}

function describeFailure(wish: ImportWish, { credential }: PlannedKey, answer: Exclude<PutAnswer, { kind: 'done' }>): string {
  const why = answer.kind === 'locked' ? 'it is locked' : answer.detail;
  return `the ${wish.backend} backend did not take ${wish.tenant}/${credential?.name ?? ''}: ${why}`;
}

/** All or nothing: what was put goes out again, and what cannot is named. */
async function undo(backend: WritableBackend, wish: ImportWish, put: readonly PlannedKey[], why: string): Promise<Refusal> {
  const back = await takeBack(
    backend,
    wish.tenant,
    put.flatMap(({ credential }) => credential ?? []),
  );
  const end = back === null ? '' : `; ${back}`;
  return refusal(`${why}; no credential, grant or file was changed${end}`, 'repeat the command once that is mended');
}

/** A clause that says why not, or null. */
function writeFile(wish: ImportWish, { source }: PreparedImport, emptied: string): string | null {
  if (wish.backup) {
    try {
      const isKept = createPrivateFile(backupPath(wish.file), source.bytes) || findBackup(wish.file, source) === 'same';
      if (!isKept) return `has another backup at ${backupPath(wish.file)} already`;
    } catch (error) {
      return `could not be backed up (${errorCode(error)})`;
    }
  }
  return replacePlainFile(wish.file, source, emptied);
}
