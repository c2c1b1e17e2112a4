import type { Caller, RunRequest } from '../model/run.js';
import { readParamsFile } from './read-params.js';
import type { RunArguments, UsageProblem } from './run-arguments.js';

/** The request that a command line, its parameter file and its environment make together. An empty variable is not set. */
export function readRequest(args: RunArguments, env: Caller['env']): RunRequest | UsageProblem {
  const file = args.paramsFrom === null ? null : readParamsFile(args.paramsFrom);
  if (file?.kind === 'unreadable') return { kind: 'usage', detail: file.detail, json: args.json, statusFd: null };
  const asserted = [
    { from: '--tenant', tenant: args.tenant ?? '' },
    { from: 'OUTLOOP_TENANT', tenant: env['OUTLOOP_TENANT'] ?? '' },
  ];
  return {
    alias: args.alias,
    assertedTenants: asserted.filter(({ tenant }) => tenant !== ''),
    params: [...args.params, ...(file?.params ?? [])],
    extra: args.extra,
    claim: args.as ?? (env['OUTLOOP_PRINCIPAL'] || null),
    timeoutMs: args.timeoutMs,
    reason: args.reason,
  };
}
