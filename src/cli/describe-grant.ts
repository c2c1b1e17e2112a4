import { showWindow } from '../broker/administration/read-window.js';
import type { Grant } from '../model/tenant.js';

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
] as const;

/** What a grant is bound to and limited by, in one line and in the words of `grant add`; empty when it sets nothing. */
export function describeGrant(grant: Grant): string {
  const { effects, projects, principals, bind, pin, rate, concurrency, window, expiresMs, workspace, args, requireSession, approve } =
    grant;
  const parts = [
    ...Object.entries(bind).map(([slot, credential]) => `bind ${slot}=${credential}`),
    ...Object.entries(pin).map(([name, value]) => `pin ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`),
    effects === null ? null : `effect ${effects.join(' ')}`,
    projects === null ? null : `project ${projects.join(' ')}`,
    principals === null ? null : `principal ${principals.join(' ')}`,
    rate === null ? null : `rate ${rate.count}/${UNITS.find(([ms]) => ms === rate.periodMs)?.[1] ?? `${rate.periodMs}ms`}`,
    concurrency === null ? null : `concurrency ${concurrency}`,
    window === null ? null : `window ${showWindow(window)}`,
    expiresMs === null ? null : `expires ${new Date(expiresMs).toISOString().replace('T00:00:00.000Z', '')}`,
    workspace ? 'workspace' : null,
    args ? 'args' : null,
    requireSession ? 'require-session' : null,
    approve === null ? null : `approve ${approve}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
