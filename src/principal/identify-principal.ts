import { deny, type Denial } from '../denial/denial.js';
import { parseName } from '../model/ids.js';
import { PRINCIPAL_KINDS, type Principal, type PrincipalKind } from '../model/principal.js';
import { AGENT_MARKERS, CI_MARKERS, type Marker } from './markers.js';

/** What tells who asks. `claim`: `--as` or OUTLOOP_PRINCIPAL, null when there is none. */
export type PrincipalEvidence = {
  readonly claim: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: { readonly stdin: boolean; readonly stderr: boolean };
  /** The login name. */
  readonly user: string;
};

/**
 * Who asks: a claim, else an agent's marker, else a CI service's, else `human` on a terminal, else `agent`, the least trusted.
 * A caller with an agent's marker stays that agent whatever kind it claims to be; it may only name itself as another
 * agent. USAGE: a claim that is not `kind:name` (a bare kind is named `unknown`).
 */
export function identifyPrincipal({ claim, env, terminal, user }: PrincipalEvidence): Principal | Denial {
  const claimed = claim === null ? null : parseClaim(claim);
  if (claim !== null && claimed === null) {
    return deny('USAGE', { detail: 'a principal is written kind:name, such as agent:claude; the kinds are human, agent, schedule and ci' });
  }
  const agent = findMarker(AGENT_MARKERS, env);
  if (claimed !== null && (agent === null || claimed.kind === 'agent')) {
    return { ...claimed, source: 'claim', agentMarker: agent !== null || claimed.kind === 'agent' };
  }
  if (agent !== null) return { kind: 'agent', name: agent, source: 'marker', agentMarker: true };
  const ci = findCiMarker(env);
  if (ci !== null) return { kind: 'ci', name: ci, source: 'marker', agentMarker: false };
  if (terminal.stdin || terminal.stderr) return { kind: 'human', name: makeName(user), source: 'terminal', agentMarker: false };
  return { kind: 'agent', name: 'unknown', source: 'fallback', agentMarker: false };
}

function parseClaim(text: string): { readonly kind: PrincipalKind; readonly name: string } | null {
  const colon = text.indexOf(':');
  const kind = PRINCIPAL_KINDS.find((known) => known === (colon < 0 ? text : text.slice(0, colon)));
  const name = colon < 0 ? 'unknown' : parseName(text.slice(colon + 1));
  return kind === undefined || name === null ? null : { kind, name };
}

/** What a CI's marker calls the principal; null: no CI shows. */
export function findCiMarker(env: PrincipalEvidence['env']): string | null {
  return findMarker(CI_MARKERS, env);
}

/** The name that the first marker gives, or null when none is set. An empty variable is not set. */
function findMarker(markers: readonly Marker[], env: PrincipalEvidence['env']): string | null {
  for (const { variable, name, not, only } of markers) {
    const value = env[variable];
    if (value === undefined || value === '' || not?.includes(value.toLowerCase()) === true) continue;
    if (only !== undefined && !only.includes(value.toLowerCase())) continue;
    return name ?? nameItself(value);
  }
  return null;
}

/** `devin` of `devin@1`, `other` of `other/2.0`; a mere switch names nobody. */
function nameItself(value: string): string {
  return /^(?:1|true|yes|on)$/i.test(value) ? 'unknown' : makeName(value.split(/[@/]/)[0] ?? '');
}

/** A text as a name: lower-case, what no name holds as hyphens; `unknown` when nothing is left. */
function makeName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);
  return parseName(name) ?? 'unknown';
}
