/** Who asks, from the most trusted to the least. */
export type PrincipalKind = 'human' | 'ci' | 'schedule' | 'agent';

export const PRINCIPAL_KINDS: readonly PrincipalKind[] = ['human', 'ci', 'schedule', 'agent'];

/**
 * Who asks. `name` says which one (`claude`, `nightly`), spelt as a name is.
 * `source` says how outloop knows: it started the schedule itself (`started`), a claim (`--as`, OUTLOOP_PRINCIPAL), a marker in the
 * environment, a terminal, or nothing (`fallback`).
 * `agentMarker`: an explicit agent marker or an `agent:` claim is there, so operator commands are refused.
 */
export type Principal = {
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly source: 'started' | 'claim' | 'marker' | 'terminal' | 'fallback';
  readonly agentMarker: boolean;
};

/** `agent:claude`: how a principal is written in grants, records and on the command line. */
export function formatPrincipal(principal: Principal): string {
  return `${principal.kind}:${principal.name}`;
}

/** The principal that an environment claims; null: none, also where the variable is empty. */
export function findClaim(env: Readonly<Record<string, string | undefined>>): string | null {
  return env['OUTLOOP_PRINCIPAL'] || null;
}
