import { parseAliasName, parseName } from '../model/ids.js';
import { suggestName } from '../model/suggest.js';
import type { Advice, ClientFacts } from './client-facts.js';
import { readLines, type InstructionLine } from './instruction-line.js';

/** What an instruction leads an agent to do. */
export type InstructionFault =
  | 'literal-key'
  | 'key-variable'
  | 'env-file'
  | 'environment'
  | 'authorization-header'
  | 'direct-call'
  | 'other-client'
  | 'alias-not-allowed'
  | 'alias-unknown'
  | 'not-checked';

/**
 * One finding. `line` and `column` count from 1, the column in UTF-16 units. `name` is what it is about: a variable, a file, a header, a host, a
 * client, an alias, a kind of key; never a value. `instead`: aliases that do the same here, the likeliest first.
 */
export type InstructionFinding = {
  readonly line: number;
  readonly column: number;
  readonly kind: InstructionFault;
  readonly name: string;
  readonly instead: readonly string[];
};

/** A finding before its place and advice are known. */
type Match = {
  readonly at: number;
  readonly kind: InstructionFault;
  readonly name: string;
  readonly instead?: readonly string[];
  readonly host?: string;
};

/** Keys that are known by how they begin. What follows is long, and holds a digit. */
const LITERAL_KEYS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['GitHub token', /\b(?:gh[pousr]_|github_pat_)(?=\w*\d)\w{20,}/g],
  ['GitLab token', /\bglpat-(?=[\w-]*\d)[\w-]{16,}/g],
  ['Stripe key', /\b[srp]k_(?:live|test)_(?=\w*\d)\w{12,}/g],
  ['Slack token', /\bxox[abposr]-(?=[\w-]*\d)[\w-]{12,}/g],
  ['AWS access key', /\b(?:AKIA|ASIA)(?=[A-Z]*\d)[A-Z0-9]{16}\b/g],
  ['Google API key', /\bAIza(?=[\w-]*\d)[\w-]{30,}/g],
  ['model provider key', /\bsk-(?:ant-|proj-|or-)?(?=[\w-]*\d)[\w-]{24,}/g],
  ['private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/g],
];

const KEY_VARIABLE = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:API_?KEY|ACCESS_?KEY(?:_ID)?|SECRET(?:_?KEY)?|TOKEN|PASSWORD|PASSWD|PAT|KEY)\b/g;
/** What a template of a file with keys is called; it holds none. */
const EXAMPLE = /\.(?:example|sample|template|dist|defaults?|md)$/;
const HEADER =
  /\b(Authorization)["']?\s*[:=]\s*[fb]?["'`]?\s*(?:Bearer|Basic|Token)\b|\b(X-Api-Key|Api-Key|X-Auth-Token|Private-Token|X-Access-Token)["']?\s*:/gi;
const PRINTING = /(?:^|[\s`$(;|&])(printenv|export -p|declare -x|env(?=\s*(?:$|[`|;&>)])))/g;
const CALLER = /\b(?:curl|wget|https?(?=\s+(?:GET|POST|PUT|PATCH|DELETE)\b)|fetch|axios|requests|urllib|httpx|got|Invoke-RestMethod)\b/;
const URL_TEXT = /https?:\/\/([A-Za-z0-9.-]+)/g;

/**
 * Reads an instruction file for what leads an agent around outloop, or to another client. A sentence that forbids a thing is not one
 * that tells an agent to do it; a line of code is. `isCode`: the whole file is code.
 */
export function scanInstructions(
  text: string,
  { isCode, facts, advice }: { isCode: boolean; facts: ClientFacts | null; advice: Advice },
): readonly InstructionFinding[] {
  const findings: InstructionFinding[] = [];
  for (const line of readLines(text, isCode)) {
    if (line.kind === 'too-long') {
      findings.push({ line: line.number, column: 1, kind: 'not-checked', name: 'a line that is too long', instead: [] });
      continue;
    }
    const matches = [
      ...findLiteralKeys(line),
      ...findVariables(line, advice),
      ...findEnvFiles(line),
      ...findPrinting(line),
      ...findHeaders(line),
      ...findCalls(line, advice),
      ...(facts === null ? [] : findAliases(line, facts)),
    ];
    for (const { at, kind, name, instead, host } of matches.sort((a, b) => a.at - b.at)) {
      const found = { ...(host === undefined ? {} : { host }), ...(kind === 'key-variable' ? { variable: name } : {}) };
      findings.push({ line: line.number, column: at + 1, kind, name, instead: instead ?? advice.suggest(line.command, found) });
    }
  }
  return findings;
}

function findLiteralKeys({ text }: InstructionLine): readonly Match[] {
  return LITERAL_KEYS.flatMap(([name, pattern]) =>
    [...text.matchAll(pattern)].map(({ index }): Match => ({ at: index, kind: 'literal-key', name })),
  );
}

/** A variable that a service is known to take counts wherever it is named; another one where it is used or stands as code. */
function findVariables(line: InstructionLine, advice: Advice): readonly Match[] {
  return [...line.text.matchAll(KEY_VARIABLE)].flatMap(({ index: at, 0: name }): readonly Match[] => {
    if (name.startsWith('OUTLOOP_') || line.forbids(at)) return [];
    const before = line.text.slice(0, at);
    const after = line.text.slice(at + name.length);
    const isUsed = /(?:\$\{?|%|env\.|getenv\(["']?|environ(?:\.get\()?\[?\(?["']|ENV\[["']|export\s+|`)$/.test(before) || /^=/.test(after);
    return isUsed || advice.servicesOfVariable(name).length > 0 ? [{ at, kind: 'key-variable', name }] : [];
  });
}

function findEnvFiles(line: InstructionLine): readonly Match[] {
  const files = [...line.text.matchAll(/\.env(?:\.[A-Za-z][\w-]*)*(?![\w-])/g)].filter(
    ({ index, 0: name }) => !EXAMPLE.test(name) && !/[\w)\]*?}-]/.test(line.text.charAt(index - 1)),
  );
  const loaders = [...line.text.matchAll(/\bload_dotenv\b|\bdotenv\/config\b|require\(['"]dotenv['"]\)/g)];
  return [...files, ...loaders]
    .filter(({ index }) => !line.forbids(index))
    .map(({ index, 0: name }): Match => ({ at: index, kind: 'env-file', name }));
}

function findPrinting(line: InstructionLine): readonly Match[] {
  if (!line.isCode && !line.text.includes('`')) return [];
  return [...line.text.matchAll(PRINTING)].flatMap((match): readonly Match[] => {
    const at = match.index + match[0].length - (match[1] ?? '').length;
    return line.forbids(at) || (!line.isCode && line.text.charAt(at - 1) !== '`')
      ? []
      : [{ at, kind: 'environment', name: match[1] ?? '' }];
  });
}

function findHeaders(line: InstructionLine): readonly Match[] {
  const headers = [...line.text.matchAll(HEADER)].map(({ index, 1: first, 2: second }) => ({ at: index, name: first ?? second ?? '' }));
  const user = /\bcurl\b.*\s((?:-u|--user)[ =])/.exec(line.text);
  const basic = user === null ? [] : [{ at: user.index + user[0].length - (user[1] ?? '').length, name: 'curl -u' }];
  return [...headers, ...basic].filter(({ at }) => !line.forbids(at)).map((one): Match => ({ ...one, kind: 'authorization-header' }));
}

function findCalls(line: InstructionLine, advice: Advice): readonly Match[] {
  if (!line.isCode && !CALLER.test(line.text)) return [];
  return [...line.text.matchAll(URL_TEXT)].flatMap(({ index: at, 1: host = '' }): readonly Match[] =>
    advice.coversHost(host) && !line.forbids(at) ? [{ at, kind: 'direct-call', name: host.toLowerCase(), host }] : [],
  );
}

/** `outloop run x`, with whatever stands before the alias or after it on the line. */
function findAliases(line: InstructionLine, facts: ClientFacts): readonly Match[] {
  const asserted = [...line.text.matchAll(/(?:--tenant[ =]|\bOUTLOOP_TENANT=)["']?([a-z0-9-]+)/g)].flatMap(
    ({ index, 0: whole, 1: tenant = '' }): readonly Match[] => {
      const at = index + whole.length - tenant.length;
      return parseName(tenant) === null || tenant === facts.tenant || !/\boutloop\b/i.test(line.text) || line.forbids(at)
        ? []
        : [{ at, kind: 'other-client', name: tenant, instead: [] }];
    },
  );
  const run = [...line.text.matchAll(/\boutloop\s+(?:run|explain)\s+(?:--?[\w-]+(?:=\S+)?\s+)*([a-z0-9][a-z0-9./-]*[a-z0-9])/g)].flatMap(
    ({ index, 0: whole, 1: word = '' }): readonly Match[] => {
      const at = index + whole.length - word.length;
      return line.forbids(at) ? [] : judgeAlias(at, word, facts);
    },
  );
  return [...asserted, ...run];
}

function judgeAlias(at: number, word: string, facts: ClientFacts): readonly Match[] {
  const slash = word.indexOf('/');
  const tenant = slash < 0 ? facts.tenant : word.slice(0, slash);
  const alias = parseAliasName(word.slice(slash + 1));
  if (alias === null || parseName(tenant) === null) return [];
  const instead = adviseAlias(alias, facts);
  if (tenant !== facts.tenant) return [{ at, kind: 'other-client', name: `${tenant}/${alias}`, instead }];
  if (facts.runnable.has(alias)) return [];
  const known = facts.defined.get(alias);
  if (known === undefined) return [{ at, kind: 'alias-unknown', name: alias, instead }];
  return [{ at, kind: facts.isOthers(known) ? 'other-client' : 'alias-not-allowed', name: alias, instead }];
}

/** The same alias where it may run, else one of the same service and effect, else one with a name like it. */
function adviseAlias(alias: string, { runnable, defined }: ClientFacts): readonly string[] {
  if (runnable.has(alias)) return [alias];
  const known = defined.get(alias);
  const alike = [...runnable.values()].filter(
    ({ service, effect }) => service.service === known?.service.service && effect === known.effect,
  );
  if (alike.length > 0) return alike.slice(0, 3).map((one) => one.alias as string);
  const near = suggestName(alias, [...runnable.keys()]);
  return near === null ? [] : [near];
}
