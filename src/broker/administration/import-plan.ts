import type { Backend } from '../../credential/backend.js';
import { checkSecretBytes } from '../../credential/check-secret.js';
import { readDotenv, type Assignment, type DotenvText } from '../../credential/found/dotenv-file.js';
import { judgeVariable } from '../../credential/found/judge-variable.js';
import { readPlainFile, type PlainFile } from '../../credential/found/plain-file.js';
import { checkReference, findBackend } from '../../credential/find-backend.js';
import { OWN_KINDS, isKindName } from '../../credential/registry.js';
import { deny, isDenial, type Denial } from '../../denial/denial.js';
import { parseName, type CredentialName, type TenantName } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import { hintAt } from '../../model/problem.js';
import { suggestName } from '../../model/suggest.js';
import { findSharer, type Credential, type Tenant } from '../../model/tenant.js';
import type { State } from '../../state/open-state.js';
import { readPrivateFile } from '../../state/private-file.js';
import { findTenant } from '../configuration.js';
import { openOwnStore } from '../open-own-store.js';
import type { World } from '../world.js';
import { findReceiver, listKnownServices, planGrants, type KnownService, type PlannedGrant, type Receiver } from './import-grants.js';

/** What an operator wishes to import. `names`: the credential's name for a key, where it is not to be made from the key. */
export type ImportWish = {
  readonly file: string;
  readonly tenant: TenantName;
  readonly backend: string;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly names: Readonly<Record<string, CredentialName>>;
  readonly grants: boolean;
  readonly replace: boolean;
  readonly backup: boolean;
};

/**
 * What becomes of one key. `import`: its value is put; `there`: the credential has this very value; `stays`: it is left in the file, with the reason
 * in `what`. No text holds a value.
 */
export type PlannedKey = {
  readonly key: string;
  readonly line: number;
  readonly action: 'import' | 'there' | 'stays';
  readonly what: string;
  /** What takes it, by outloop's name; null where nothing tells. */
  readonly service: string | null;
  /** Where it goes; null when it stays. */
  readonly credential: { readonly name: CredentialName; readonly backend: string; readonly ref: string } | null;
};

/** The plan as it is shown. `notes` are sentences without a final stop, for the operator. */
export type ImportPlan = {
  readonly file: string;
  readonly tenant: TenantName;
  readonly keys: readonly PlannedKey[];
  readonly grants: readonly PlannedGrant[];
  readonly notes: readonly string[];
};

/** The plan with what carrying it out takes: the file as it was read, and the values. Nobody prints this. */
export type PreparedImport = {
  readonly plan: ImportPlan;
  readonly source: PlainFile;
  readonly dotenv: DotenvText;
  readonly values: ReadonlyMap<string, Uint8Array>;
};

/** A `.env` file of a project is a few KiB. */
const MAX_BYTES = 1_048_576;
const ASK_LIMIT_MS = 30_000;

/**
 * Reads the file and decides what becomes of each key. Nothing is changed; a backend is asked only for a credential that is there already. Whoever
 * gets the values wipes them; on a refusal none is left.
 */
export async function prepareImport(world: World, state: State, wish: ImportWish): Promise<PreparedImport | Refusal | Denial> {
  const source = readPlainFile(wish.file, MAX_BYTES);
  if (source.kind !== 'ok') return refusal(`${wish.file} ${source.why}`);
  const values = new Map<string, Uint8Array>();
  let prepared: PreparedImport | Refusal | Denial | null = null;
  try {
    prepared = await prepareFrom(source, values, { world, state, wish });
    return prepared;
  } finally {
    if (prepared === null || isRefusal(prepared) || isDenial(prepared)) wipeImport({ source, values });
  }
}

/** Whether a backend gets the value of any key, or has it. */
export function receives(keys: readonly PlannedKey[]): boolean {
  return keys.some(({ action }) => action !== 'stays');
}

/** Overwrites what was read of the file. */
export function wipeImport({ source, values }: Pick<PreparedImport, 'source' | 'values'>): void {
  source.bytes.fill(0);
  for (const value of values.values()) value.fill(0);
}

type Preparing = { readonly world: World; readonly state: State; readonly wish: ImportWish };

/** The import of a file that was read; `values` takes each value as soon as it is a copy. */
async function prepareFrom(
  source: PlainFile,
  values: Map<string, Uint8Array>,
  { world, state, wish }: Preparing,
): Promise<PreparedImport | Refusal | Denial> {
  const dotenv = readKeys(source, wish);
  if (isRefusal(dotenv)) return dotenv;
  const found = await findTenant(state, wish.tenant, world);
  if (isDenial(found)) return found;
  const backend = await openTarget(world, state, wish);
  if (isRefusal(backend) || isDenial(backend)) return backend;

  const services = await listKnownServices(world, state);
  const last = new Map(dotenv.assignments.map((assignment) => [assignment.key, assignment]));
  const keys: PlannedKey[] = [];
  const receivers = new Map<CredentialName, Receiver>();
  for (const assignment of last.values()) {
    const planned = await planKey(assignment, { wish, tenant: found.tenant, backend, services });
    if (isRefusal(planned) || isDenial(planned)) return planned;
    keys.push(planned.key);
    if (planned.key.credential === null) continue;
    const { name } = planned.key.credential;
    const other = keys.find((one) => one.credential?.name === name && one.key !== planned.key.key);
    if (other !== undefined) {
      const next = `--name ${planned.key.key}=NAME gives one of them another`;
      return refusal(`${other.key} and ${planned.key.key} would both be credential ${wish.tenant}/${name}`, next);
    }
    values.set(planned.key.key, Buffer.from(assignment.value));
    if (planned.receiver !== null) receivers.set(name, planned.receiver);
  }
  const unfit = wish.replace && receives(keys) ? refuseReplacing(source, state, wish) : null;
  if (unfit !== null) return unfit;
  const granted = wish.grants ? planGrants(found.tenant, receivers) : { grants: [], notes: [] };
  const notes = [...granted.notes, ...noteFile(wish, source, dotenv, keys)];
  return { plan: { file: wish.file, tenant: wish.tenant, keys, grants: granted.grants, notes }, source, dotenv, values };
}

function readKeys(source: PlainFile, wish: ImportWish): DotenvText | Refusal {
  const dotenv = readDotenv(source.text);
  if (dotenv.kind === 'refused') return refusal(`${wish.file} ${dotenv.why}`, 'put each key and value on a line of their own');
  if (dotenv.assignments.length === 0) return refusal(`${wish.file} has no KEY=value in it`);
  const known = [...new Set(dotenv.assignments.map(({ key }) => key))];
  const strange = [...wish.only, ...wish.skip, ...Object.keys(wish.names)].find((key) => !known.includes(key));
  if (strange !== undefined) return refusal(`${wish.file} has no key ${strange}${hintAt(suggestName(strange, known))}`);
  return dotenv;
}

/** Why the file cannot be replaced by one without the values; null: nothing is known against it. */
function refuseReplacing(source: PlainFile, state: State, wish: ImportWish): Refusal | null {
  if (source.links > 1) return refusal(`${wish.file} has another name, which would keep the values`, 'remove the other name');
  if (source.uid !== state.uid) return refusal(`${wish.file} belongs to another user`, 'leave --replace out');
  if (wish.backup && findBackup(wish.file, source) === 'other')
    return refusal(`${backupPath(wish.file)} is there already`, 'move it away, or leave --backup out');
  return null;
}

/** Where `--backup` keeps the file as it was. */
export function backupPath(file: string): string {
  return `${file}${BACKUP_SUFFIX}`;
}

const BACKUP_SUFFIX = '.outloop-backup';

/** Whether a path is one of those. */
export function isBackup(file: string): boolean {
  return file.endsWith(BACKUP_SUFFIX);
}

/** What stands there: nothing, this very file, as a command leaves it that was killed before it replaced the file, or something else. */
export function findBackup(file: string, { bytes, uid }: PlainFile): 'absent' | 'same' | 'other' {
  const there = readPrivateFile(backupPath(file), { uid, ownerOnly: true, maxBytes: MAX_BYTES });
  if (there.kind !== 'ok') return there.kind === 'absent' ? 'absent' : 'other';
  const isSame = there.bytes.equals(bytes);
  there.bytes.fill(0);
  return isSame ? 'same' : 'other';
}

async function openTarget(world: World, state: State, { backend }: ImportWish): Promise<Backend | Refusal | Denial> {
  const opened = await openOwnStore(world, state, backend);
  if (opened !== null) return opened;
  if (!isKindName(backend)) return refusal(`there is no backend ${backend}; there are ${OWN_KINDS.join(', ')}`);
  return refusal(`the ${backend} backend takes no values from outloop`, 'put them there with its own tool, or choose --backend embedded');
}

type Setting = {
  readonly wish: ImportWish;
  readonly tenant: Tenant;
  readonly backend: Backend;
  readonly services: readonly KnownService[];
};

async function planKey(
  { key, value, line }: Assignment,
  { wish, tenant, backend, services }: Setting,
): Promise<{ readonly key: PlannedKey; readonly receiver: Receiver | null } | Refusal | Denial> {
  const judged = judgeVariable(key, value);
  const stays = (what: string) => ({ key: { key, line, action: 'stays' as const, what, service: null, credential: null }, receiver: null });
  if (wish.skip.includes(key)) return stays('left out with --skip');
  const asked = wish.only.includes(key);
  if (wish.only.length > 0 && !asked) return stays('not among --only');
  if (judged.kind === 'configuration' && !asked) return stays(judged.what);
  if (judged.kind === 'unsure' && !asked) return stays(`${judged.what}: --only ${key} imports it`);
  const unfit = checkSecretBytes(Buffer.from(value), false);
  if (unfit !== null) return refusal(`${key} cannot be a credential: ${unfit}`, `outloop secret set ${wish.tenant}/NAME --allow-short`);

  const receiver = findReceiver(key, judged.kind === 'secret' ? judged.service : null, services);
  const name = Object.hasOwn(wish.names, key) ? wish.names[key] : nameCredential(key);
  if (name === undefined || name === null) return refusal(`no credential’s name can be made from ${key}`, `--name ${key}=NAME`);
  const credential: Credential = { backend: wish.backend, ref: `${wish.tenant}/${name}`, allowShort: false };
  const use = await findBackend(credential.backend, {});
  const fault = typeof use === 'string' ? use : checkReference(use, credential.ref, wish.tenant);
  if (fault !== null) return refusal(`credential ${wish.tenant}/${name}: ${fault}`);
  const there = Object.hasOwn(tenant.credentials, name) ? tenant.credentials[name] : undefined;
  const sharer = there === undefined ? findSharer(tenant, name, credential) : null;
  if (sharer !== null) {
    return refusal(`${key} would replace the value of credential ${wish.tenant}/${sharer}`, `--name ${key}=NAME, or --skip ${key}`);
  }
  const action = there === undefined ? 'import' : await compare(key, value, { wish, name, backend, there, wanted: credential });
  if (typeof action !== 'string') return action;
  const what = judged.kind === 'secret' ? judged.what : 'as you asked';
  const planned = { key, line, action, what, service: receiver?.service ?? (judged.kind === 'secret' ? judged.service : null) };
  return { key: { ...planned, credential: { name, backend: credential.backend, ref: credential.ref } }, receiver };
}

/** A credential of that name is there: fine when it is this very one, refused when it is another. */
async function compare(
  key: string,
  value: string,
  {
    wish,
    name,
    backend,
    there,
    wanted,
  }: { wish: ImportWish; name: CredentialName; backend: Backend; there: Credential; wanted: Credential },
): Promise<'there' | 'import' | Refusal | Denial> {
  const next = `--name ${key}=NAME, --skip ${key}, or outloop secret set ${wish.tenant}/${name}`;
  if (there.backend !== wanted.backend || there.ref !== wanted.ref) {
    return refusal(`credential ${wish.tenant}/${name} is there already, in the ${there.backend} backend`, next);
  }
  const answer = await backend.get(there.ref, { tenant: wish.tenant, credential: name, signal: AbortSignal.timeout(ASK_LIMIT_MS) });
  switch (answer.kind) {
    case 'value': {
      const same = Buffer.from(answer.bytes).equals(Buffer.from(value));
      answer.bytes.fill(0);
      return same ? 'there' : refusal(`credential ${wish.tenant}/${name} is there already, with another value`, next);
    }
    case 'absent':
      return 'import';
    case 'locked':
      return deny('BACKEND_LOCKED', { backend: backend.name });
    case 'unavailable':
      return deny('BACKEND_UNAVAILABLE', { backend: backend.name, detail: answer.detail }, answer.retryAfterMs);
    case 'damaged':
      return refusal(`credential ${wish.tenant}/${name} is there already, and cannot be used: ${answer.detail}`, next);
  }
}

/** `GITHUB_TOKEN` → `github-token`. */
function nameCredential(key: string): CredentialName | null {
  const name = key
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);
  return parseName<CredentialName>(name);
}

function noteFile(wish: ImportWish, source: PlainFile, dotenv: DotenvText, keys: readonly PlannedKey[]): string[] {
  const notes: string[] = [];
  const taken = keys.filter(({ action }) => action !== 'stays').map(({ key }) => key);
  const doubled = taken.filter((key) => dotenv.assignments.filter((one) => one.key === key).length > 1);
  if (doubled.length > 0) notes.push(`${doubled.join(', ')} stands there more than once; the last value counts, as for dotenv`);
  const last = new Map(dotenv.assignments.map(({ key, value }) => [key, value]));
  const passed = dotenv.assignments.filter(({ key, value }) => doubled.includes(key) && value !== '' && value !== last.get(key));
  if (passed.length > 0) {
    notes.push(
      `an earlier value that differs is not imported, and stays: ${passed.map(({ key, line }) => `${key} on line ${line}`).join(', ')}`,
    );
  }
  const lines = dotenv.commented.filter(({ key, value }) => judgeVariable(key, value).kind === 'secret').map(({ line }) => line);
  if (lines.length > 0) notes.push(`a comment holds what looks like a key, and stays: line ${lines.join(', ')}`);
  if ((source.mode & 0o077) !== 0 && !wish.replace) notes.push(`others can read the file: chmod 600 ${wish.file}`);
  return notes;
}
