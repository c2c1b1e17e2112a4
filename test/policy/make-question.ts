import type { AliasName, Brand, CredentialName, GrantId, ProjectName, ServiceName, SlotName, TenantName } from '../../src/model/ids.js';
import { parseAliasName, parseName } from '../../src/model/ids.js';
import type { Principal, PrincipalKind } from '../../src/model/principal.js';
import type { Alias, CommandAction, Effect, HttpAction, Json, Param } from '../../src/model/service.js';
import type { Credential, Grant, Tenant, Window } from '../../src/model/tenant.js';
import type { PolicyQuestion } from '../../src/policy/assess-grant.js';

/** A grant as a row writes it; what is left out sets no condition. A `forbid` row forbids its patterns. */
export type GrantRow = {
  readonly id: string;
  readonly permit?: readonly string[];
  readonly forbid?: readonly string[];
  readonly effects?: readonly Effect[];
  readonly projects?: readonly string[];
  readonly principals?: readonly string[];
  readonly bind?: Readonly<Record<string, string>>;
  readonly pin?: Readonly<Record<string, Json>>;
  readonly rate?: { readonly count: number; readonly periodMs: number };
  readonly concurrency?: number;
  readonly window?: Window;
  readonly expiresMs?: number;
  readonly workspace?: boolean;
  readonly args?: boolean;
  readonly requireSession?: boolean;
  readonly approve?: 'once' | 'always-ask';
};

/** A question as a row writes it: a read of `github.issues.list` over HTTP with no slots, by agent:claude for acme's website at 1,000,000. */
export type QuestionRow = {
  readonly alias?: string;
  readonly effect?: Effect;
  readonly params?: readonly string[];
  /** Slot → scheme of an HTTP alias. */
  readonly slots?: Readonly<Record<string, string>>;
  /** Variable → slot: makes it a command. */
  readonly command?: Readonly<Record<string, string>>;
  readonly cwd?: 'private' | 'workspace';
  readonly given?: Readonly<Record<string, Json>>;
  readonly extraCount?: number;
  readonly project?: string;
  readonly principal?: string;
  readonly inSession?: boolean;
  readonly status?: 'active' | 'revoked';
  readonly credentials?: readonly string[];
  readonly nowMs?: number;
  readonly grants: readonly GrantRow[];
};

export const NOW_MS = 1_000_000;

/** A window that this test's clock calls open when its zone is `open`, and otherwise opens in `fromMinute` minutes, or never at 0. */
export function fakeWindow(open: boolean, opensInMinutes = 0): Window {
  return { days: ['mon'], fromMinute: opensInMinutes, toMinute: 1440, timezone: open ? 'open' : 'shut' };
}

export function makeQuestion(row: QuestionRow): PolicyQuestion {
  return {
    alias: makeAlias(row),
    given: row.given ?? {},
    extraCount: row.extraCount ?? 0,
    tenant: makeTenant(row),
    project: named<ProjectName>(row.project ?? 'website'),
    principal: makePrincipal(row.principal ?? 'agent:claude'),
    inSession: row.inSession ?? false,
    nowMs: row.nowMs ?? NOW_MS,
    insideWindow: ({ timezone, fromMinute }) => ({
      inside: timezone === 'open',
      opensInMs: timezone === 'open' || fromMinute === 0 ? null : fromMinute * 60_000,
    }),
  };
}

export function makeGrant(row: GrantRow): Grant {
  return {
    id: named<GrantId>(row.id),
    effect: row.forbid === undefined ? 'permit' : 'forbid',
    patterns: row.forbid ?? row.permit ?? [],
    effects: row.effects ?? null,
    projects: row.projects?.map((project) => named<ProjectName>(project)) ?? null,
    principals: row.principals ?? null,
    bind: Object.fromEntries(Object.entries(row.bind ?? {}).map(([slot, credential]) => [slot, named<CredentialName>(credential)])),
    pin: row.pin ?? {},
    rate: row.rate ?? null,
    concurrency: row.concurrency ?? null,
    window: row.window ?? null,
    expiresMs: row.expiresMs ?? null,
    workspace: row.workspace ?? false,
    args: row.args ?? false,
    definition: '0'.repeat(64),
    requireSession: row.requireSession ?? false,
    approve: row.approve ?? null,
  };
}

function makeTenant({ status, credentials, grants }: QuestionRow): Tenant {
  const reference: Credential = { backend: 'memory', ref: 'somewhere', allowShort: false };
  return {
    tenant: named<TenantName>('acme'),
    status: status ?? 'active',
    credentials: Object.fromEntries((credentials ?? ['bot', 'admin']).map((name) => [name, reference])),
    grants: grants.map(makeGrant),
    source: '0'.repeat(64),
  };
}

/** The alias of a question, whole. */
export function makeAlias(row: QuestionRow): Alias {
  const alias = parseAliasName(row.alias ?? 'github.issues.list');
  if (alias === null) throw new Error('a row names no alias');
  const slots = Object.fromEntries(Object.entries(row.slots ?? {}).map(([slot, scheme]) => [slot, { scheme, options: {}, hosts: [] }]));
  return {
    alias: alias satisfies AliasName,
    title: 'An alias',
    effect: row.effect ?? 'read',
    params: Object.fromEntries((row.params ?? ['owner', 'repo', 'state']).map((name) => [name, PARAM])),
    action: row.command === undefined ? makeHttp(Object.keys(slots)) : makeCommand(row.command, row.cwd ?? 'private'),
    limits: { timeoutMs: 1000, maxBytes: 1000 },
    service: { service: named<ServiceName>('github'), title: 'A service', base: 'https://api.test', networks: [], ca: null, slots },
    source: '0'.repeat(64),
    definition: '0'.repeat(64),
  };
}

const PARAM: Param = { type: 'json', default: null, required: true, title: null, places: [], allowLeading: false };

function makeHttp(slots: readonly string[]): HttpAction {
  return {
    kind: 'http',
    method: 'GET',
    segments: [],
    query: [],
    headers: [],
    body: { kind: 'none' },
    slots: slots.map((slot) => named<SlotName>(slot)),
    response: { select: null, status: false, headers: [] },
  };
}

function makeCommand(credentials: Readonly<Record<string, string>>, cwd: 'private' | 'workspace'): CommandAction {
  return {
    kind: 'command',
    executable: '/bin/true',
    argv: [],
    credentials: Object.entries(credentials).map(([variable, slot]) => [variable, named<SlotName>(slot)]),
    delivery: 'env',
    cwd,
    env: [],
    tty: false,
    extra: { pattern: '.*', max: 9 },
  };
}

function makePrincipal(text: string): Principal {
  const [kind = '', name = 'unknown'] = text.split(':');
  const kinds: readonly PrincipalKind[] = ['human', 'ci', 'schedule', 'agent'];
  const found = kinds.find((known) => known === kind);
  if (found === undefined) throw new Error('a row names no principal');
  return { kind: found, name, source: 'claim', agentMarker: found === 'agent' };
}

function named<N extends Brand<string>>(text: string): N {
  const parsed = parseName<N>(text);
  if (parsed === null) throw new Error('a row holds a name that is not one');
  return parsed;
}
