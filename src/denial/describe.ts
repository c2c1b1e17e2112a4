import { CATALOGUE } from './catalogue.js';
import type { CatalogueEntry } from './entry.js';
import type { Denial, Facts } from './denial.js';
import { showText } from '../model/show-text.js';

/** What follows a denial that a schedule's firing cannot get over by itself, whatever its code: the fact `schedule` names it. */
const SCHEDULE_NEXT = {
  who: 'operator',
  next: 'nothing of schedule {schedule} runs until the operator has looked at it and made it again; report it',
  command: 'outloop schedule show {schedule}',
} as const satisfies Pick<CatalogueEntry, 'who' | 'next' | 'command'>;

/** What follows OUTSIDE_WINDOW where no window opens before its grant is over. */
const CLOSED_NEXT = {
  who: 'operator',
  next: 'continue other work, and report that no later time is open for it',
  command: null,
} as const satisfies Pick<CatalogueEntry, 'who' | 'next' | 'command'>;

/** What follows APPROVAL_REQUIRED of what was only tried out, for which nobody was asked. */
const UNASKED_NEXT = {
  who: 'agent',
  next: 'run it, or run it with --request-only, and the operator is asked',
  command: null,
} as const satisfies Pick<CatalogueEntry, 'who' | 'next' | 'command'>;

/** A denial in words: what happened, who can act, what is safe to do next. */
export type Description = {
  readonly exit: number;
  readonly reason: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly next: { readonly who: CatalogueEntry['who']; readonly do: string; readonly command: string | null };
};

/** A fact is shown up to this many characters. */
const FACT_LENGTH = 240;

/** Puts a denial into the catalogue's words. Facts are shown on one line, with control and bidirectional characters escaped. */
export function describeDenial(denial: Denial): Description {
  const entry = CATALOGUE[denial.code];
  const isClosed = denial.code === 'OUTSIDE_WINDOW' && denial.retryAfterMs === null;
  const { who, next, command } = chooseNext(denial, isClosed) ?? entry;
  return {
    exit: entry.exit,
    reason: fillWording(entry.reason, denial.facts),
    retryable: (entry.retry === 'after-waiting' && !isClosed) || entry.retry === 'once',
    retryAfterMs: denial.retryAfterMs,
    next: { who, do: fillWording(next, denial.facts), command: command === null ? null : fillCommand(command, denial.facts) },
  };
}

function chooseNext({ facts }: Denial, isClosed: boolean): Pick<CatalogueEntry, 'who' | 'next' | 'command'> | null {
  if ('schedule' in facts) return SCHEDULE_NEXT;
  if ('unasked' in facts) return UNASKED_NEXT;
  return isClosed ? CLOSED_NEXT : null;
}

/** What an operator does who sees a denial at a command of their own: the catalogue's step for them, else what the actor runs, else the safe step. */
export function describeOperatorStep(denial: Denial): string {
  const { operator }: CatalogueEntry = CATALOGUE[denial.code];
  if (operator !== undefined) return fillCommand(operator, denial.facts) ?? fillWording(operator, denial.facts);
  const { who, do: step, command } = describeDenial(denial).next;
  if (command === null) return step;
  return who === 'operator' ? command : `${step} (${command})`;
}

/** A command of the catalogue where no fact is known, as a help text has it: `outloop tenant add TENANT`. */
export function blankCommand(command: string): string {
  return command.replace(/\[[^\]]*\]/g, '').replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase());
}

/** Fills `{fact}` in a wording; a clause in `[…]` is left out when a fact of it is missing, and a missing fact outside one is its name. */
function fillWording(wording: string, facts: Facts): string {
  return wording
    .replace(/\[([^\]]*)\]/g, (_, clause: string) => (namesOf(clause).every((name) => name in facts) ? clause : ''))
    .replace(/\{(\w+)\}/g, (_, name: string) => showFact(facts[name]) ?? name);
}

/** Of several commands (`a or b`) the first of which every part is known; null when there is none. */
function fillCommand(command: string, facts: Facts): string | null {
  const known = command.split(' or ').find((one) => namesOf(one).every((name) => name in facts));
  return known === undefined ? null : fillWording(known, facts);
}

function namesOf(wording: string): string[] {
  return [...wording.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
}

function showFact(fact: Facts[string] | undefined): string | null {
  if (fact === undefined) return null;
  const text = Array.isArray(fact) ? fact.join(', ') : String(fact);
  return showText(text.length > FACT_LENGTH ? `${text.slice(0, FACT_LENGTH)}…` : text);
}
