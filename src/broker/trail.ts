import type { AuditEntry } from '../model/audit.js';
import { parseAliasName } from '../model/ids.js';
import type { RunRecord } from '../model/run.js';

/** What is known of a request at the point where it was decided; it fills the status record and the audit record alike. */
export type Trail = {
  readonly run: string;
  readonly startedMs: number;
  readonly folder: string | null;
  readonly link: string | null;
  readonly tenant: string | null;
  readonly project: string | null;
  readonly alias: string | null;
  readonly principal: string | null;
  readonly session: string | null;
  readonly delivery: string | null;
  readonly grants: readonly string[];
  readonly credentials: readonly string[];
  readonly tool: string | null;
  readonly params: Readonly<Record<string, string>>;
  readonly sources: Readonly<Record<string, string>>;
};

/** A request that nothing is known of yet. */
export function startTrail(run: string, startedMs: number, alias: string | null): Trail {
  return {
    run,
    startedMs,
    folder: null,
    link: null,
    tenant: null,
    project: null,
    alias: alias?.slice(0, 128) ?? null,
    principal: null,
    session: null,
    delivery: null,
    grants: [],
    credentials: [],
    tool: null,
    params: {},
    sources: {},
  };
}

/** The trail's part of a status record. */
export function trailFields(trail: Trail): Pick<RunRecord, 'run' | 'tenant' | 'project' | 'alias' | 'principal' | 'delivery'> {
  const { run, tenant, project, alias, principal, delivery } = trail;
  return { run, tenant, project, alias, principal, delivery };
}

/** The trail's part of an audit record. What was typed for an alias and is no name of one is not kept: it may be a key. */
export function trailEntry(trail: Trail): Omit<AuditEntry, 'type' | 'secret_exposed'> {
  const { run, tenant, project, folder, link, principal, session, grants, delivery, params, sources, credentials, tool } = trail;
  const alias = parseAliasName(trail.alias ?? '');
  const entry = { run, tenant, project, folder, link, alias, principal, grants, delivery, params, sources, credentials, tool };
  return session === null ? entry : { ...entry, session };
}
