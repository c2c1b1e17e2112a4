import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { formatCanonical } from '../model/canonical-json.js';
import { parseName, type ServiceName } from '../model/ids.js';
import { isTable } from '../model/json-table.js';
import type { Alias, Json, SchemeUse, Service, Slot } from '../model/service.js';
import { suggestName } from '../model/suggest.js';
import type { CompiledFile } from '../state/compiled.js';
import { checkShape, parseYaml } from '../state/yaml.js';
import { isLocal, readDestination } from '../net/destination.js';
import { parseCidr } from '../net/parse-address.js';
import { fileNames } from '../state/sources.js';
import { compileAlias } from './compile-alias.js';
import { findDefined } from './find-defined.js';
import type { PatternChecker } from './patterns.js';
import { readBase, readHost } from './read-base.js';
import { startReport, type Report } from './report.js';
import { SERVICE_SCHEMA, type ServiceShape } from './schema.js';

/** A service file may hold thousands of aliases. */
const MAX_SERVICE_BYTES = 8 * 1024 * 1024;
const SLOT_KEYS = ['scheme', 'hosts'];

/** What compiling asks of other stages. Each answers with a clause that says what is wrong, or null. */
export type CompileTools = {
  readonly patterns: PatternChecker;
  /** Whether a JMESPath expression compiles. */
  readonly checkExpression: (expression: string) => Promise<string | null>;
  /** What is wrong with a slot's scheme or its options, `key` null where it is no key of the slot's; else the address where it exchanges the credential, or null. */
  readonly checkScheme: (
    use: SchemeUse,
  ) =>
    | { readonly faults: readonly { readonly fault: string; readonly key: string | null; readonly suggestion: string | null }[] }
    | { readonly exchange: string | null };
};

/**
 * Compiles services/<service>.yaml. `file` is its path within the configuration and `bytes` the whole of it; the answer
 * depends on nothing else. A file with one problem is invalid as a whole; `defines` then names the aliases that it would define, as far as
 * they can be read. Problems and warnings quote no value. Throws nothing that the bytes can cause.
 */
export async function compileService(file: string, bytes: Uint8Array, tools: CompileTools): Promise<CompiledFile> {
  const parsed = parseYaml(file, bytes, MAX_SERVICE_BYTES);
  if (parsed.kind === 'invalid') return { kind: 'invalid', problems: parsed.problems, defines: findDefined(null, bytes) };
  const defines = findDefined(parsed.value, bytes);
  const shaped = checkShape(SERVICE_SCHEMA, parsed);
  if (shaped.kind === 'invalid') return { kind: 'invalid', problems: shaped.problems, defines };

  const report = startReport(parsed);
  const service = readService(file, shaped.value, tools, report);
  const source = hash('sha256', bytes);
  const define = definer(parsed.value);
  const aliases: Alias[] = [];
  for (const [name, shape] of Object.entries(shaped.value.aliases)) {
    const alias = await compileAlias({ name, shape, service, source, definition: define(name), tools, report });
    if (alias !== null) aliases.push(alias);
  }
  return report.problems.length > 0
    ? { kind: 'invalid', problems: report.problems, defines }
    : { kind: 'ok', service, aliases, warnings: report.warnings };
}

/** An alias's definition by its name: what is written of it, and all of its service but the other aliases. */
function definer(value: { readonly [key: string]: Json }): (name: string) => string {
  const { aliases, ...service } = value;
  const shared = formatCanonical(service);
  return (name) => {
    const written = isTable(aliases) && Object.hasOwn(aliases, name) ? (aliases[name] as Json) : null;
    return hash('sha256', `${shared}\n${name}\n${formatCanonical(written)}`);
  };
}

/** The service as it would be; what is wrong with it is in the report, and then nobody sees it. */
function readService(file: string, shape: ServiceShape, tools: CompileTools, report: Report): Service {
  const name = parseName<ServiceName>(shape.service);
  if (name === null) report.problem(['service'], 'a name is lower-case letters, digits and dashes, at most 64');
  else if (!fileNames(name).includes(basename(file))) report.problem(['service'], 'the file must be called after the service, with .yaml');

  const base = shape.base === undefined ? null : readBase(shape.base);
  if (base?.kind === 'invalid') report.problem(['base'], base.message);
  if (base?.kind === 'ok' && base.plain) report.warning(['base'], 'plain http: any process of this machine may own the port');
  for (const [at, network] of shape.networks.entries()) {
    if (parseCidr(network) === null) report.problem(['networks', at], 'not a block of addresses such as 10.0.0.0/8');
  }
  if (shape.ca !== undefined && (!shape.ca.startsWith('/') || shape.ca.includes('\0'))) report.problem(['ca'], 'must be an absolute path');

  const slots: Record<string, Slot> = {};
  for (const [slot, given] of Object.entries(shape.slots)) slots[slot] = readSlot(slot, given, tools, report);
  return {
    service: name ?? ('' as ServiceName),
    title: shape.title,
    base: base?.kind === 'ok' ? base.base : null,
    networks: shape.networks,
    ca: shape.ca ?? null,
    slots,
  };
}

/** `scheme` and `hosts` belong to every slot; whatever else stands in it is an option of its scheme. */
function readSlot(name: string, given: Readonly<Record<string, string | string[]>>, tools: CompileTools, report: Report): Slot {
  const path = ['slots', name];
  if (parseName(name) === null) report.problem(path, 'a name is lower-case letters, digits and dashes, at most 64');
  const { scheme, hosts, ...others } = given;
  const options: Record<string, string> = {};
  for (const [key, value] of Object.entries(others)) {
    if (typeof value === 'string') options[key] = value;
    else report.problem([...path, key], 'must be text', suggestName(key, SLOT_KEYS));
  }
  if (typeof scheme !== 'string' || scheme === '') {
    const meant = scheme === undefined ? Object.keys(others).find((key) => suggestName(key, SLOT_KEYS) === 'scheme') : undefined;
    report.problem([...path, meant ?? 'scheme'], 'a slot names its scheme', meant === undefined ? null : 'scheme');
    return { scheme: '', options, hosts: [] };
  }
  const checked = tools.checkScheme({ scheme, options });
  if ('faults' in checked) {
    for (const { fault, key, suggestion } of checked.faults) report.problem(key === null ? path : [...path, key], fault, suggestion);
  }
  if (hosts === undefined ? scheme !== 'none' : !Array.isArray(hosts) || hosts.length === 0) {
    report.problem([...path, 'hosts'], 'must list the hosts that may receive the credential');
  }
  const listed = (Array.isArray(hosts) ? hosts : []).map((host, at) => {
    const read = readHost(host);
    if (read === null) report.problem([...path, 'hosts', at], 'must be one host in lower case: no scheme, port, path or wildcard');
    return read ?? host;
  });
  const exchange = 'faults' in checked ? null : checked.exchange;
  if (exchange === null) return { scheme, options, hosts: listed };
  const destination = readDestination(exchange);
  if (destination === null || (!destination.tls && !isLocal(destination))) {
    report.problem(path, 'its credential is exchanged over https only, or on loopback');
  } else if (!listed.includes(destination.host)) {
    report.problem([...path, 'hosts'], `must list ${destination.host} too: the credential is exchanged there`);
  }
  return { scheme, options, hosts: listed, exchange };
}
