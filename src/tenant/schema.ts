import { z } from 'zod';
import { parseName } from '../model/ids.js';
import type { CredentialName, GrantId, ProjectName, SlotName, TenantName } from '../model/ids.js';
import { PRINCIPAL_KINDS } from '../model/principal.js';
import { EFFECTS } from '../model/service.js';
import type { Json } from '../model/service.js';
import { APPROVAL_RULES, MAX_CONCURRENCY } from '../model/tenant.js';
import type { Rate } from '../model/tenant.js';
import { parseUtc } from '../model/utc-time.js';
import { WEEKDAYS, isTimezone, parseHours } from './parse-window.js';

const PERIOD_MS: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** A limit file keeps a time for each start that counts; this many take 140 KB. */
const MAX_RATE = 10_000;
/** As deep as a parameter's value may be; the mapping of pins itself is not counted. */
const MAX_PIN_LEVELS = 64;
/** An alias's name with stars among its letters; without a star it needs a dot, as every alias has one. */
const PATTERN = /^[a-z0-9*][a-z0-9*-]*(\.[a-z0-9*][a-z0-9*-]*)*$/;

/** Reads `60/hour`; null when it is not spelt so, or is not 1 to 10,000 runs in a second, minute, hour or day. */
export function parseRate(text: string): Rate | null {
  const [, digits, unit] = /^([1-9]\d{0,4})\/(second|minute|hour|day)$/.exec(text) ?? [];
  const periodMs = unit === undefined ? undefined : PERIOD_MS[unit];
  return periodMs === undefined || Number(digits) > MAX_RATE ? null : { count: Number(digits), periodMs };
}

/**
 * Whether a text is an alias pattern: lower-case names, dots and `*`, such that some alias's name could match. A pattern
 * that no name can match would be a forbid that forbids nothing.
 */
export function isPattern(text: string): boolean {
  return text.length <= 128 && PATTERN.test(text) && !text.includes('**') && /[*.]/.test(text);
}

function name<N extends TenantName | ProjectName | CredentialName | SlotName | GrantId>() {
  return z.string().transform((text, context): N => {
    const parsed = parseName<N>(text);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message: 'is not a name: lower-case letters, digits and hyphens, at most 64' });
    return z.NEVER;
  });
}

/** Reads a text with a parser of ours whose null means that the text is not spelt right. */
function spelt<T>(parse: (text: string) => T | null, message: string) {
  return z.string().transform((text, context): T => {
    const parsed = parse(text);
    if (parsed !== null) return parsed;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

const tenantName = name<TenantName>();
const pattern = z.string().refine(isPattern, 'is not an alias pattern: lower-case dotted names, where * is one or more characters');
const patterns = z.union([pattern.transform((one) => [one]), z.array(pattern).min(1)]);

const principal = z.string().refine((text) => {
  const [kind, ...names] = text.split(':');
  return (
    PRINCIPAL_KINDS.some((known) => known === kind) && (names.length === 0 || (names.length === 1 && parseName(names[0] ?? '') !== null))
  );
}, 'is not a principal: human, agent, schedule or ci, or one of them with a name, such as agent:claude');

/** zod's own records pass over a key `__proto__` without a word, and a pin that is passed over permits more. */
const pins = z.unknown().transform((value, context): Readonly<Record<string, Json>> => {
  if (isPins(value)) return value;
  context.addIssue({ code: 'custom', message: 'is not a mapping from parameters to JSON values, at most 64 levels deep' });
  return z.NEVER;
});

function isPins(value: unknown): value is Readonly<Record<string, Json>> {
  return isMapping(value) && Object.keys(value).every((key) => /^[^\u0000-\u001f]{1,64}$/.test(key)) && isJson(value, MAX_PIN_LEVELS + 1);
}

/** Whether a value is JSON of at most so many levels of lists and mappings, without a key that JavaScript takes for a prototype. */
function isJson(value: unknown, levels: number): value is Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, levels - 1));
  return isMapping(value) && !Object.hasOwn(value, '__proto__') && Object.values(value).every((item) => isJson(item, levels - 1));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype;
}

const credential = z.strictObject({
  backend: z.string().refine((text) => parseName(text) !== null, 'is not the name of a backend'),
  ref: z
    .string()
    .min(1)
    .max(1024)
    .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), 'holds a control character'),
  allowShort: z.boolean().default(false),
});

const window = z.strictObject({
  days: z.array(z.enum(WEEKDAYS)).min(1),
  hours: z.string().refine((text) => parseHours(text) !== null, 'is not spelt as 08:00-20:00'),
  timezone: z.string().refine(isTimezone, 'is not a known time zone, such as Europe/London'),
});

const rate = spelt(parseRate, 'is not a rate such as 60/hour: 1 to 10000 a second, minute, hour or day');
const expiry = spelt(parseUtc, 'is not a date or date-time such as 2027-03-01T00:00:00Z');

/** The parts of a grant that are one text each. */
const PARTS = { pattern, name: name<GrantId>(), principal, rate, expiry };
export type GrantPart = keyof typeof PARTS;

/** Why a text cannot be that part of a grant, as a clause that begins with a verb and quotes nothing; null: it can. */
export function findPartFault(part: GrantPart, text: string): string | null {
  return PARTS[part].safeParse(text).error?.issues[0]?.message ?? null;
}

const limits = z.strictObject({
  rate: rate.optional(),
  concurrency: z.int().min(1).max(MAX_CONCURRENCY).optional(),
});

const grant = z
  .strictObject({
    id: name<GrantId>(),
    permit: patterns.optional(),
    forbid: patterns.optional(),
    effects: z.array(z.enum(EFFECTS)).min(1).optional(),
    projects: z.array(name<ProjectName>()).min(1).optional(),
    principals: z.array(principal).min(1).optional(),
    bind: z.record(name<SlotName>(), name<CredentialName>()).optional(),
    pin: pins.optional(),
    limits: limits.optional(),
    window: window.optional(),
    expires: expiry.optional(),
    workspace: z.boolean().optional(),
    args: z.boolean().optional(),
    requireSession: z.boolean().optional(),
    approve: z.enum(APPROVAL_RULES).optional(),
  })
  .superRefine((shape, context) => {
    if ((shape.permit === undefined) === (shape.forbid === undefined)) {
      context.addIssue({ code: 'custom', path: ['id'], message: 'a grant has either permit or forbid' });
    }
    if (shape.forbid === undefined) return;
    for (const key of ['bind', 'pin', 'limits', 'workspace', 'args', 'requireSession', 'approve'] as const) {
      if (shape[key] !== undefined) context.addIssue({ code: 'custom', path: [key], message: 'a grant that forbids cannot have this' });
    }
  });

/** A grant's shape in the file, checked: names are branded, the rate and the expiry read. */
export type GrantShape = z.output<typeof grant>;

/**
 * The shape of tenants/<tenant>.yaml. `version`, `tenant` and `status` must stand there, for an absent status is not an
 * active one; credentials and grants may be absent, which gives nobody anything. Unknown keys are refused.
 */
export const tenantSchema = z
  .strictObject({
    version: z.literal(1),
    tenant: tenantName,
    status: z.enum(['active', 'revoked']),
    credentials: z.record(name<CredentialName>(), credential).default({}),
    grants: z.array(grant).default([]),
  })
  .superRefine(({ credentials, grants }, context) => {
    const ids = new Set<GrantId>();
    grants.forEach(({ id, bind }, i) => {
      if (ids.has(id)) context.addIssue({ code: 'custom', path: ['grants', i, 'id'], message: 'another grant has this id' });
      ids.add(id);
      for (const [slot, bound] of Object.entries(bind ?? {})) {
        if (Object.hasOwn(credentials, bound)) continue;
        context.addIssue({ code: 'custom', path: ['grants', i, 'bind', slot], message: 'the tenant has no credential of this name' });
      }
    });
  });

/** What a tenant's file says, checked. */
export type TenantShape = z.output<typeof tenantSchema>;
