import { hash } from 'node:crypto';
import { formatCanonical } from '../model/canonical-json.js';
import { parseName } from '../model/ids.js';
import type { TenantName } from '../model/ids.js';
import type { Json } from '../model/service.js';
import type { Grant, Tenant } from '../model/tenant.js';
import type { CompiledTenantFile } from '../state/compiled.js';
import { checkShape, parseYaml } from '../state/yaml.js';
import { toWindow } from './parse-window.js';
import { tenantSchema } from './schema.js';
import type { GrantShape, TenantShape } from './schema.js';

/**
 * Compiles a tenant's file. `file` is its path within the configuration, `tenants/acme.yaml`, and must be named after the
 * tenant that it defines; `bytes` are the whole of it. An invalid file's `defines` is the tenant that it says it defines,
 * else the one that it is named after, else null. No problem quotes a value of the file.
 */
export function compileTenant(file: string, bytes: Uint8Array): Promise<CompiledTenantFile> {
  return Promise.resolve(compile(file, bytes));
}

function compile(file: string, bytes: Uint8Array): CompiledTenantFile {
  const named = nameOfFile(file);
  const parsed = parseYaml(file, bytes);
  if (parsed.kind === 'invalid') return { kind: 'invalid', problems: parsed.problems, defines: named };

  const defines = tenantIn(parsed.value) ?? named;
  const checked = checkShape(tenantSchema, parsed);
  if (checked.kind === 'invalid') return { kind: 'invalid', problems: checked.problems, defines };

  const shape = checked.value;
  if (shape.tenant !== named) {
    const place = parsed.locate(['tenant']);
    const message = 'is not the name of the file, which must be the tenant’s with .yaml';
    const problem = { file, line: place?.line ?? null, column: place?.column ?? null, key: 'tenant', message, suggestion: null };
    return { kind: 'invalid', problems: [problem], defines };
  }
  const { grants } = parsed.value;
  const definitions = isList(grants) ? grants.map((grant) => hash('sha256', formatCanonical(grant))) : [];
  return { kind: 'ok', tenant: toTenant(shape, hash('sha256', bytes), definitions) };
}

function nameOfFile(file: string): TenantName | null {
  const [, name] = /(?:^|\/)([^/]+)\.ya?ml$/.exec(file) ?? [];
  return name === undefined ? null : parseName<TenantName>(name);
}

function tenantIn(value: unknown): TenantName | null {
  const tenant = typeof value === 'object' && value !== null && 'tenant' in value ? value.tenant : null;
  return typeof tenant === 'string' ? parseName<TenantName>(tenant) : null;
}

/** `definitions`: one for each grant, in their order. */
function toTenant({ tenant, status, credentials, grants }: TenantShape, source: string, definitions: readonly string[]): Tenant {
  return { tenant, status, credentials, grants: grants.map((grant, at) => toGrant(grant, definitions[at] ?? '')), source };
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function toGrant(shape: GrantShape, definition: string): Grant {
  return {
    id: shape.id,
    effect: shape.forbid === undefined ? 'permit' : 'forbid',
    patterns: shape.forbid ?? shape.permit ?? [],
    effects: shape.effects ?? null,
    projects: shape.projects ?? null,
    principals: shape.principals ?? null,
    bind: shape.bind ?? {},
    pin: shape.pin ?? {},
    rate: shape.limits?.rate ?? null,
    concurrency: shape.limits?.concurrency ?? null,
    window: shape.window === undefined ? null : toWindow(shape.window),
    expiresMs: shape.expires ?? null,
    workspace: shape.workspace ?? false,
    args: shape.args ?? false,
    definition,
    requireSession: shape.requireSession ?? false,
    approve: shape.approve ?? null,
  };
}
