import type { SlotName } from '../model/ids.js';
import type { CommandAction, Service } from '../model/service.js';
import { suggestName } from '../model/suggest.js';
import type { KeyPath } from '../state/key-path.js';
import { isForbiddenVariable } from './forbidden-names.js';
import type { PatternChecker } from './patterns.js';
import type { TemplateReader } from './placements.js';
import type { Report } from './report.js';
import type { AliasShape, CommandShape } from './schema.js';

/** POSIX.1-2017 section 8.1, with the lower-case letters that it leaves to applications. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** What a command alias is compiled from. `path` leads to the alias. */
export type CommandSource = {
  readonly alias: AliasShape;
  readonly command: CommandShape;
  readonly service: Service;
  readonly path: KeyPath;
  readonly templates: TemplateReader;
  readonly patterns: PatternChecker;
  readonly report: Report;
};

/** Turns a command alias's shape into its action, and reports what may not stand in a command line or an environment. */
export async function compileCommand(source: CommandSource): Promise<CommandAction> {
  const { command, path, report } = source;
  if (command.delivery === 'wire') report.problem([...path, 'command', 'delivery'], 'wire is not available yet; use env or file');
  if (command.sha256 !== undefined) report.warning([...path, 'command', 'sha256'], 'ignored: outloop service vet pins the tool');
  return {
    kind: 'command',
    executable: readExecutable(source),
    argv: readArguments(source),
    credentials: readCredentials(source),
    delivery: command.delivery === 'file' ? 'file' : 'env',
    cwd: command.cwd,
    env: readVariables(source),
    tty: command.tty,
    extra: await readExtra(source),
  };
}

function readExecutable({ command, path, report }: CommandSource): string {
  const at = [...path, 'command', 'argv', 0];
  const executable = String(command.argv[0]);
  if (/[{}\0]/.test(executable)) report.problem(at, 'the executable takes no parameter, and no brace');
  const normal = executable.split('/').slice(1);
  if (!executable.startsWith('/') || normal.some((part) => part === '' || part === '.' || part === '..')) {
    report.problem(at, 'must be the absolute path of an executable');
  }
  return executable;
}

function readArguments({ command, path, templates, report }: CommandSource): CommandAction['argv'] {
  return command.argv.slice(1).map((text, index) => {
    const at = [...path, 'command', 'argv', index + 1];
    if (String(text).includes('\0')) report.problem(at, 'holds a NUL');
    return templates.read(String(text), 'argv', at);
  });
}

function readCredentials({ command, service, path, report }: CommandSource): CommandAction['credentials'] {
  const known = Object.keys(service.slots) as SlotName[];
  return Object.entries(command.credentials).flatMap(([variable, name]) => {
    const at = [...path, 'command', 'credentials', variable];
    checkVariable(variable, at, report);
    const slot = known.find((one) => one === name);
    if (slot === undefined) report.problem(at, 'the service has no such slot', suggestName(name, known));
    else if (service.slots[slot]?.scheme === 'none') report.problem(at, 'a slot of scheme none carries no credential');
    return slot === undefined ? [] : [[variable, slot] as const];
  });
}

function readVariables({ command, path, report }: CommandSource): CommandAction['env'] {
  return Object.entries(command.env).map(([variable, value]) => {
    const at = [...path, 'command', 'env', variable];
    checkVariable(variable, at, report);
    if (Object.hasOwn(command.credentials, variable)) report.problem(at, 'a credential fills this variable');
    if (String(value).includes('\0')) report.problem(at, 'holds a NUL');
    return [variable, String(value)];
  });
}

function checkVariable(variable: string, at: KeyPath, report: Report): void {
  if (!VARIABLE.test(variable)) report.problem(at, 'not the name of an environment variable');
  else if (isForbiddenVariable(variable))
    report.problem(at, 'an alias may not set this variable: it decides what code runs, or belongs to the isolation');
}

async function readExtra({ alias, path, patterns, report }: CommandSource): Promise<CommandAction['extra']> {
  if (alias.args === undefined) return null;
  const fault = await patterns.check(alias.args.pattern);
  if (fault !== null) report.problem([...path, 'args', 'pattern'], fault);
  return { pattern: alias.args.pattern, max: alias.args.max };
}
