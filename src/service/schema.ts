import { z } from 'zod';
import { EFFECTS } from '../model/service.js';
import { MAX_VALUE_BYTES } from './check-value.js';

/** Longest time and largest output that an alias may ask for: one hour, one GiB. */
const MAX_TIMEOUT_MS = 3_600_000;
const MAX_OUTPUT_BYTES = 1_073_741_824;
/** Largest file that a `file` parameter may take in. */
const MAX_FILE_BYTES = 104_857_600;

const title = z.string().regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]{1,200}$/u, 'must be 1 to 200 characters on one line');
const scalar = z.union([z.string(), z.int(), z.boolean()], 'must be text, a whole number, true or false');
const byteCount = z.int().min(1).max(MAX_OUTPUT_BYTES);

const paramBase = { title: title.optional(), required: z.boolean().optional(), allowLeading: z.boolean().optional() };
const range = { default: z.number().optional(), min: z.number().optional(), max: z.number().optional() };
const param = z.discriminatedUnion('type', [
  z.strictObject({
    ...paramBase,
    type: z.literal('string'),
    default: z.string().optional(),
    pattern: z.string().min(1).max(1_000).optional(),
    maxLength: z.int().min(1).max(MAX_VALUE_BYTES).default(MAX_VALUE_BYTES),
  }),
  z.strictObject({ ...paramBase, ...range, type: z.literal('integer') }),
  z.strictObject({ ...paramBase, ...range, type: z.literal('number') }),
  z.strictObject({ ...paramBase, type: z.literal('boolean'), default: z.boolean().optional() }),
  z.strictObject({
    ...paramBase,
    type: z.literal('enum'),
    values: z.array(z.string('must be text: put quotes around it')).min(1).max(1_000),
    default: z.string('must be text: put quotes around it').optional(),
  }),
  z.strictObject({ ...paramBase, type: z.literal('json'), default: z.unknown().optional() }),
  z.strictObject({ ...paramBase, type: z.literal('file'), maxBytes: z.int().min(1).max(MAX_FILE_BYTES).default(10_485_760) }),
]);

const http = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string(),
  query: z.record(z.string(), scalar).default({}),
  headers: z.record(z.string(), scalar).default({}),
  body: z.unknown().optional(),
  form: z.record(z.string(), scalar).optional(),
  raw: z.strictObject({ param: z.string(), contentType: z.string() }).optional(),
  /** A command's key: known here so that its misplacement can be named. */
  tty: z.boolean().optional(),
});

const command = z.strictObject({
  argv: z.array(scalar).min(1).max(1_000),
  credentials: z.record(z.string(), z.string()).default({}),
  delivery: z.enum(['env', 'file', 'wire']).default('env'),
  cwd: z.enum(['private', 'workspace']).default('private'),
  env: z.record(z.string(), scalar).default({}),
  tty: z.boolean().default(false),
  sha256: z.string().optional(),
});

const alias = z.strictObject({
  title,
  effect: z.enum(EFFECTS),
  params: z.record(z.string(), param).default({}),
  slots: z.array(z.string()).optional(),
  http: http.optional(),
  command: command.optional(),
  args: z.strictObject({ pattern: z.string().min(1).max(1_000), max: z.int().min(1).max(1_000) }).optional(),
  response: z
    .strictObject({
      select: z.string().min(1).max(10_000).optional(),
      maxBytes: byteCount.optional(),
      status: z.boolean().default(false),
      headers: z.array(z.string()).max(100).default([]),
    })
    .optional(),
  limits: z
    .strictObject({ timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).default(60_000), maxBytes: byteCount.default(10_485_760) })
    .default({ timeoutMs: 60_000, maxBytes: 10_485_760 }),
});

/**
 * The shape of services/<service>.yaml: keys, types and ranges. What a name may be, what a template may say and how the parts
 * fit is checked by compile-service.ts, which knows the line of each.
 */
export const SERVICE_SCHEMA = z.strictObject({
  version: z.literal(1),
  service: z.string(),
  title,
  base: z.string().optional(),
  networks: z.array(z.string()).max(1_000).default([]),
  ca: z.string().optional(),
  slots: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())], 'must be text, or a list of texts')))
    .default({}),
  aliases: z.record(z.string(), alias).default({}),
});

export type ServiceShape = z.infer<typeof SERVICE_SCHEMA>;
export type AliasShape = z.infer<typeof alias>;
export type ParamShape = z.infer<typeof param>;
export type HttpShape = z.infer<typeof http>;
export type CommandShape = z.infer<typeof command>;
