import { Flags } from '@oclif/core';
import { NO_FILTER, readMoment, type RecordFilter } from '../broker/administration/audit-log.js';
import type { World } from '../broker/world.js';
import { DENIAL_CODES } from '../denial/catalogue.js';
import { isRunId } from '../model/ids.js';
import { PRINCIPAL_KINDS } from '../model/principal.js';
import type { OutcomeCode } from '../model/run.js';
import { suggestName } from '../model/suggest.js';
import { matchesWildcard } from '../model/wildcard.js';

/** Codes of records beside the catalogue's: how a run ended, and that a change did not come about. */
const OUTCOMES: readonly (OutcomeCode | 'FAILED')[] = ['OK', 'CHILD_FAILED', 'CHILD_SIGNALED', 'HTTP_ERROR', 'FAILED'];
const CODES: readonly string[] = [...OUTCOMES, ...DENIAL_CODES];
const TYPES = ['intent', 'result', 'deny', 'admin', 'repair'] as const;

/** What is wrong with the id of a run that is none. */
export const NO_RUN = 'a run’s id has 26 digits and capital letters; see outloop audit show';

/** What `audit query` and `audit export` filter by. */
export const filterFlags = {
  since: Flags.string({ helpValue: 'MOMENT', description: 'from this moment on: 2026-11-01, an ISO time, or 24h, 7d ago' }),
  until: Flags.string({ helpValue: 'MOMENT', description: 'before this moment' }),
  tenant: Flags.string({ helpValue: 'TENANT', description: 'of this tenant' }),
  project: Flags.string({ helpValue: 'PROJECT', description: 'of this project' }),
  alias: Flags.string({ helpValue: 'PATTERN', description: 'of this alias; * is one or more characters' }),
  principal: Flags.string({ helpValue: 'PRINCIPAL', description: 'by this caller: agent, or agent:claude' }),
  code: Flags.string({ helpValue: 'CODE', description: 'with this code' }),
  type: Flags.option({ options: TYPES, description: 'of this type' })(),
  run: Flags.string({ helpValue: 'RUN', description: 'of this run' }),
  limit: Flags.integer({ min: 1, helpValue: 'COUNT', description: 'at most so many' }),
  reverse: Flags.boolean({ description: 'the newest first' }),
};

type FilterValues = { readonly [name in keyof typeof filterFlags]?: string | number | boolean | undefined };

/** The filter that the flags make, or what is wrong with one of them. */
export function readFilter(world: World, flags: FilterValues): RecordFilter | string {
  const moments: Record<string, number | null> = { since: null, until: null };
  for (const name of ['since', 'until'] as const) {
    const text = flags[name];
    if (text === undefined) continue;
    const moment = readMoment(world, String(text));
    if (moment === null) return `--${name} needs a date, an ISO time, or a span such as 24h`;
    moments[name] = moment;
  }
  const { since, until } = moments;
  if (typeof since === 'number' && typeof until === 'number' && since >= until) return '--since is not before --until';
  if (typeof flags.principal === 'string' && !isKind(flags.principal))
    return `--principal is ${PRINCIPAL_KINDS.join(', ')}, or one of them with a name, such as agent:claude`;
  if (typeof flags.code === 'string' && !CODES.includes(flags.code)) return describeMisspelt(flags.code);
  if (typeof flags.run === 'string' && !isRunId(flags.run)) return `--run: ${NO_RUN}`;
  const text = (name: keyof FilterValues) => (flags[name] === undefined ? null : String(flags[name]));
  return {
    ...NO_FILTER,
    sinceMs: moments['since'] ?? null,
    untilMs: moments['until'] ?? null,
    tenant: text('tenant'),
    project: text('project'),
    alias: text('alias'),
    principal: text('principal'),
    code: text('code'),
    type: TYPES.find((type) => type === flags.type) ?? null,
    run: text('run'),
    limit: typeof flags.limit === 'number' ? flags.limit : null,
    newestFirst: flags.reverse === true,
  };
}

/** Whether some principal can be meant: a kind, alone or before a name, in a pattern too. */
function isKind(principal: string): boolean {
  const [pattern = ''] = principal.split(':');
  return PRINCIPAL_KINDS.some((kind) => matchesWildcard(pattern, kind));
}

function describeMisspelt(code: string): string {
  const near = suggestName(code.toUpperCase(), CODES);
  return near === null
    ? `there is no code of that name; take one of outloop denials, or ${OUTCOMES.join(', ')}`
    : `there is no code ${code}; did you mean ${near}?`;
}
