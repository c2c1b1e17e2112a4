import { join } from 'node:path';
import { deny, type Denial } from '../../denial/denial.js';
import { codeOf } from '../../model/error-code.js';
import type { TenantName } from '../../model/ids.js';
import { isRefusal, refusal, type Refusal } from '../../model/refusal.js';
import type { Tenant } from '../../model/tenant.js';
import type { State } from '../../state/open-state.js';
import { readPrivateFile, writePrivateFile } from '../../state/private-file.js';
import { fileNames } from '../../state/sources.js';
import { compileTenant } from '../../tenant/compile-tenant.js';
import type { Edit } from '../../tenant/edit-tenant.js';

const MAX_BYTES = 8 * 1024 * 1024;

/** The text of a tenant's file with the path it stands at, whether it is spelt `.yaml` or `.yml`. */
export type TenantText = { readonly file: string; readonly text: string };

export function readTenantText(state: State, tenant: TenantName): TenantText | Refusal | Denial {
  return lookForTenantText(state, tenant) ?? deny('TENANT_UNKNOWN', { tenant });
}

/** Null where there is such a tenant, whatever its file says. */
export function missTenantIn(state: State, tenant: TenantName): Refusal | Denial | null {
  const there = readTenantText(state, tenant);
  return 'kind' in there ? there : null;
}

/** As `readTenantText`, but null where there is no such tenant. */
export function lookForTenantText(state: State, tenant: TenantName): TenantText | Refusal | null {
  for (const file of fileNames(tenant).map((called) => `tenants/${called}`)) {
    const read = readPrivateFile(join(state.paths.config, file), { uid: state.uid, maxBytes: MAX_BYTES });
    if (read.kind === 'refused') return refusal(`${file} ${read.why}`, 'outloop doctor');
    if (read.kind === 'ok') return { file, text: read.bytes.toString('utf8') };
  }
  return null;
}

/**
 * Changes a tenant's file: the new text is compiled before it replaces the old in one step, so that no command leaves a file behind that would
 * deny everything. Gives what the new text compiles to. `judge` looks at that before anything is written.
 */
export async function editTenant(
  state: State,
  name: TenantName,
  change: (text: string) => Edit,
  judge: (after: Tenant) => Refusal | null = () => null,
): Promise<Tenant | Refusal | Denial> {
  const edited = draftTenantText(state, name, change);
  return 'kind' in edited ? edited : writeTenantText(state, edited, judge);
}

/** Why a change of a tenant's file would be refused; null: nothing is known against it. */
export async function refuseTenantEdit(
  state: State,
  name: TenantName,
  change: (text: string) => Edit,
  judge: (after: Tenant) => Refusal | null,
): Promise<Refusal | Denial | null> {
  const edited = draftTenantText(state, name, change);
  if ('kind' in edited) return edited;
  const compiled = await compileTenantText(edited, judge);
  return isRefusal(compiled) ? compiled : null;
}

function draftTenantText(state: State, name: TenantName, change: (text: string) => Edit): TenantText | Refusal | Denial {
  const before = readTenantText(state, name);
  if ('kind' in before) return before;
  const edited = change(before.text);
  return edited.kind === 'refused' ? refusal(`${before.file}: ${edited.why}`) : { file: before.file, text: edited.text };
}

/**
 * Writes a tenant's file whole once it compiles, unless `judge` refuses what it compiles to. A file system that does not take it is a refusal too: the
 * file is as it was.
 */
export async function writeTenantText(
  state: State,
  { file, text }: TenantText,
  judge: (after: Tenant) => Refusal | null = () => null,
): Promise<Tenant | Refusal> {
  const compiled = await compileTenantText({ file, text }, judge);
  if (isRefusal(compiled)) return compiled;
  try {
    writePrivateFile(join(state.paths.config, file), text);
  } catch (error) {
    return refusal(`${file} cannot be written (${codeOf(error)})`);
  }
  return compiled;
}

async function compileTenantText({ file, text }: TenantText, judge: (after: Tenant) => Refusal | null): Promise<Tenant | Refusal> {
  const compiled = await compileTenant(file, Buffer.from(text));
  if (compiled.kind === 'invalid') return refusal(`${file} would not be valid`, null, compiled.problems);
  return judge(compiled.tenant) ?? compiled.tenant;
}
