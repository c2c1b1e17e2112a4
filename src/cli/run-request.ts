import { findClaim } from '../model/principal.js';
import type { Caller, RunRequest } from '../model/run.js';
import { readParamsFile } from './read-params.js';
import type { RunArguments, UsageProblem } from './run-arguments.js';

/** The request that a command line, its parameter file and its environment make together. An empty variable is not set. */
export function readRequest(args: RunArguments, env: Caller['env']): RunRequest | UsageProblem {
  const file = args.paramsFrom === null ? null : readParamsFile(args.paramsFrom);
  if (file?.kind === 'unreadable') return { kind: 'usage', detail: file.detail, json: args.json, statusFd: null };
  return {
    alias: args.alias,
    assertedTenants: readAssertions(args, env),
    params: [...args.params, ...(file?.params ?? [])],
    extra: args.extra,
    claim: readClaim(args, env),
    timeoutMs: args.timeoutMs,
    reason: args.reason,
  };
}

/** The tenants that a caller asserts, with where each stands. */
export function readAssertions({ tenant }: Pick<RunArguments, 'tenant'>, env: Caller['env']): RunRequest['assertedTenants'] {
  const asserted = [
    { from: '--tenant', tenant: tenant ?? '' },
    { from: 'OUTLOOP_TENANT', tenant: env['OUTLOOP_TENANT'] ?? '' },
  ];
  return asserted.filter((one) => one.tenant !== '');
}

/** Who a caller says it is. */
export function readClaim({ as }: Pick<RunArguments, 'as'>, env: Caller['env']): string | null {
  return as ?? findClaim(env);
}
