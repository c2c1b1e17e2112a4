import type { Alias } from '../model/service.js';

/** What is known of one client when its instructions are read. */
export type ClientFacts = {
  readonly tenant: string;
  /** What an agent may run in the folder, by name. */
  readonly runnable: ReadonlyMap<string, Alias>;
  /** Every alias that a service defines. */
  readonly defined: ReadonlyMap<string, Alias>;
  /** Whether another client's grants permit an alias of that name. */
  readonly isOthers: (alias: Alias) => boolean;
};

/** Says what could be run instead of going around outloop. */
export type Advice = {
  /** The services that a variable of this name would hold a key of. */
  readonly servicesOfVariable: (variable: string) => readonly string[];
  /** Whether a service covers this host. */
  readonly coversHost: (host: string) => boolean;
  /** Up to three aliases, the likeliest first, for a command line and what was found in it. */
  readonly suggest: (line: string, found: { readonly host?: string; readonly variable?: string }) => readonly string[];
};

/** A variable is taken for a service's where it has one of these words after the service's name: GITHUB_TOKEN, STRIPE_SECRET_KEY. */
const WORDS = '(?:(?:API|ACCESS|AUTH|SECRET|BOT|APP|PERSONAL|PRIVATE|OAUTH)_?){0,2}(?:KEY|TOKEN|SECRET|PASSWORD|PAT)';
const MOST = 3;

/** Draws advice from a client's facts; from no facts it knows nothing. */
export function makeAdvice(facts: ClientFacts | null): Advice {
  const defined = facts === null ? [] : [...facts.defined.values()];
  const runnable = facts === null ? [] : [...facts.runnable.values()];
  const hosts = new Set(defined.flatMap(hostsOf));
  const variables = new Map<string, Set<string>>();
  for (const { action, service } of defined) {
    if (action.kind !== 'command') continue;
    for (const [variable] of action.credentials) variables.set(variable, (variables.get(variable) ?? new Set()).add(service.service));
  }
  const services = [...new Set(defined.map(({ service }) => service.service as string))];
  const named = services.map(
    (service) => [service, new RegExp(`^${service.toUpperCase().replaceAll('-', '_')}_(?:[A-Z0-9]+_)?${WORDS}$`)] as const,
  );

  const servicesOfVariable = (variable: string) => [
    ...new Set([...(variables.get(variable) ?? []), ...named.flatMap(([service, pattern]) => (pattern.test(variable) ? [service] : []))]),
  ];
  return {
    servicesOfVariable,
    coversHost: (host) => hosts.has(host.toLowerCase()),
    suggest: (line, { host, variable }) => {
      const same = runnable.filter((alias) => matchesCall(alias, line));
      if (same.length > 0) return same.slice(0, MOST).map(({ alias }) => alias as string);
      const owners = new Set([
        ...(variable === undefined ? [] : servicesOfVariable(variable)),
        ...(host === undefined
          ? []
          : defined.filter((alias) => hostsOf(alias).includes(host.toLowerCase())).map(({ service }) => service.service)),
      ]);
      return runnable.flatMap(({ alias, service }) => (owners.has(service.service) ? [alias as string] : [])).slice(0, MOST);
    },
  };
}

function hostsOf({ service }: Alias): readonly string[] {
  const base = service.base === null ? [] : [new URL(service.base).hostname];
  return [...base, ...Object.values(service.slots).flatMap((slot) => slot.hosts)];
}

/** Whether a command line does by hand what the alias does: the same method and path, or the same tool with the same fixed arguments. */
function matchesCall({ action, service }: Alias, line: string): boolean {
  if (action.kind === 'command') {
    const tool = action.executable.slice(action.executable.lastIndexOf('/') + 1);
    const words = new Set(line.split(/[\s"'`]+/));
    const fixed = action.argv.flatMap((template) =>
      template.length === 1 && template[0] !== undefined && 'text' in template[0] ? [template[0].text] : [],
    );
    return words.has(tool) && fixed.filter((word) => !word.startsWith('-')).every((word) => words.has(word));
  }
  if (service.base === null) return false;
  const { origin, pathname } = new URL(service.base);
  const path = action.segments
    .map((template) => template.map((part) => ('text' in part ? escape(part.text) : '[^/?#\\s"\'`]+')).join(''))
    .join('/');
  const url = new RegExp(`${escape(origin)}${escape(pathname.replace(/\/$/, ''))}/${path}/?(?:[?#"'\`\\s)>]|$)`, 'i');
  return url.test(line) && methodOf(line) === action.method;
}

function methodOf(line: string): string {
  const given =
    /(?:-X|--request)[ =]*["']?([A-Z]{3,6})\b/.exec(line)?.[1] ?? /\.(get|post|put|patch|delete)\(/i.exec(line)?.[1]?.toUpperCase();
  return given ?? (/\s(?:-d|--data(?:-\w+)?|--json|-F|--form)\b/.test(line) ? 'POST' : 'GET');
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
