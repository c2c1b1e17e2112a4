import { createHash } from 'node:crypto';
import { parseName } from '../model/ids.js';
import type { TenantName } from '../model/ids.js';
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
  return { kind: 'ok', tenant: toTenant(shape, createHash('sha256').update(bytes).digest('hex')) };
}

function nameOfFile(file: string): TenantName | null {
  const [, name] = /(?:^|\/)([^/]+)\.ya?ml$/.exec(file) ?? [];
  return name === undefined ? null : parseName<TenantName>(name);
}

function tenantIn(value: unknown): TenantName | null {
  const tenant = typeof value === 'object' && value !== null && 'tenant' in value ? value.tenant : null;
  return typeof tenant === 'string' ? parseName<TenantName>(tenant) : null;
}

function toTenant({ tenant, status, credentials, grants }: TenantShape, source: string): Tenant {
  return { tenant, status, credentials, grants: grants.map(toGrant), source };
}

function toGrant(shape: GrantShape): Grant {
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
    requireSession: shape.requireSession ?? false,
    approve: shape.approve ?? null,
  };
}
