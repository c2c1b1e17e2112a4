import { isAbsolute, normalize } from 'node:path';
import { z } from 'zod';
import type { ZodType } from 'zod';
import { parseName } from '../model/ids.js';
import type { Json } from '../model/service.js';
import { isLocal, readDestination } from '../net/destination.js';
import { parseCidr } from '../net/parse-address.js';
import type { BackendEntry } from '../state/settings.js';
import { CONFIGURABLE_KINDS, isConfigurable, isKindName, loadKind } from './registry.js';
import type { Shapes } from './shapes.js';

const line = z
  .string()
  .min(1)
  .max(1024)
  .refine((text) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text), 'must be one line');

const path = z
  .string()
  .refine(
    (text) => isAbsolute(text) && normalize(text) === text && text !== '/' && !text.endsWith('/'),
    'must be an absolute path without . or ..',
  );

/** What every backend describes its settings with. */
export const SHAPES: Shapes = {
  z,
  line,
  path,
  names: z.string().regex(/^[A-Za-z0-9_-]+(?:[/.][A-Za-z0-9_-]+)*$/, 'is not a path of names, such as secret or team/kv'),
  origin: z.string().refine(isOrigin, 'must be https://host[:port][/path], without a name, password or query; http is for loopback only'),
  token: z.union(
    [
      z.enum(['embedded', 'keychain']),
      z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'is not the name of a variable') }),
    ],
    'must be embedded, keychain or { env: NAME }',
  ),
  web: {
    networks: z
      .array(z.string().refine((text) => parseCidr(text) !== null, 'is not a block of addresses such as 10.0.0.0/8'))
      .max(100)
      .default([]),
    ca: path.nullable().default(null),
  },
};

const tenants = z
  .record(
    z.string().refine((text) => parseName(text) !== null, 'is not the name of a tenant'),
    z.array(line).max(1000),
  )
  .nullable()
  .default(null);

/** The shape of `backends:` for the names and kinds that stand there; see `ShapeBackends` of state/read-settings. */
export async function shapeBackends(value: Json): Promise<ZodType<Readonly<Record<string, BackendEntry>>>> {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  const shapes: Record<string, ZodType<BackendEntry>> = {};
  for (const [name, entry] of entries) shapes[name] = await shapeEntry(name, kindOf(name, entry));
  return z.strictObject(shapes).default({});
}

/** A backend of its kind's own name need not say the kind. */
function kindOf(name: string, entry: Json): string | null {
  const said = typeof entry === 'object' && entry !== null && 'kind' in entry ? entry.kind : name;
  return typeof said === 'string' ? said : null;
}

async function shapeEntry(name: string, kindName: string | null): Promise<ZodType<BackendEntry>> {
  if (parseName(name) === null) return refuse('is not a name: lower-case letters, digits and hyphens, at most 64');
  if (isKindName(name) && !isConfigurable(name)) return refuse('takes no settings');
  if (isKindName(name) && kindName !== name) return refuse('is the name of another kind of backend');
  // Without a kind that is known nothing else of it can be judged.
  if (kindName === null || !isConfigurable(kindName)) return z.looseObject({ kind: z.enum(CONFIGURABLE_KINDS) }).transform(() => NOTHING);
  const kind = await loadKind(kindName);
  return z
    .strictObject({ ...kind.shape?.(SHAPES), kind: z.literal(kindName).default(kindName), tenants })
    .transform((entry, context): BackendEntry => {
      const own = Object.entries(entry).filter(([key]) => key !== 'kind' && key !== 'tenants');
      const options = JSON.parse(JSON.stringify(Object.fromEntries(own))) as Json;
      const fault = kind.faultOfOptions(options);
      if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      return { kind: kindName, tenants: entry.tenants, options };
    });
}

const NOTHING: BackendEntry = { kind: '', tenants: null, options: null };

function refuse(message: string): ZodType<BackendEntry> {
  return z.unknown().transform((_value, context): BackendEntry => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** https anywhere, http on loopback; no trailing slash, so that a path can be put after it. */
function isOrigin(text: string): boolean {
  const destination = readDestination(text);
  if (destination === null || (!destination.tls && !isLocal(destination))) return false;
  const url = new URL(text);
  return url.search === '' && url.hash === '' && text === `${url.origin}${url.pathname === '/' ? '' : url.pathname}` && !text.endsWith('/');
}
