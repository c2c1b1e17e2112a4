import type { GivenParam, RunRequest } from '../model/run.js';
import type { RunArguments } from './run-arguments.js';

/** The request that a command line and its environment make together. An empty variable is not set. */
export function requestFrom(
  args: RunArguments,
  more: readonly GivenParam[],
  env: Readonly<Record<string, string | undefined>>,
): RunRequest {
  const asserted = [
    { from: '--tenant', tenant: args.tenant ?? '' },
    { from: 'OUTLOOP_TENANT', tenant: env['OUTLOOP_TENANT'] ?? '' },
  ];
  return {
    alias: args.alias,
    assertedTenants: asserted.filter(({ tenant }) => tenant !== ''),
    params: [...args.params, ...more],
    extra: args.extra,
    claim: args.as ?? (env['OUTLOOP_PRINCIPAL'] || null),
    timeoutMs: args.timeoutMs,
  };
}
