import { parseAliasName } from '../model/ids.js';
import type { Alias, CommandAction, HttpAction, Param, Service } from '../model/service.js';
import { suggestName } from '../model/suggest.js';
import { compileCommand } from './compile-command.js';
import { compileHttp } from './compile-http.js';
import { compileParam } from './compile-param.js';
import type { CompileTools } from './compile-service.js';
import { startTemplates, type TemplateReader } from './placements.js';
import type { Report } from './report.js';
import type { AliasShape } from './schema.js';

/** What an alias is compiled from. `source` and `definition` are as the noun has them. */
export type AliasSource = {
  readonly name: string;
  readonly shape: AliasShape;
  readonly service: Service;
  readonly source: string;
  readonly definition: string;
  readonly tools: CompileTools;
  readonly report: Report;
};

/** Turns an alias's shape into the noun. Null: it has no readable name or action, which is in the report with everything else. */
export async function compileAlias({ name, shape, service, source, definition, tools, report }: AliasSource): Promise<Alias | null> {
  const path = ['aliases', name];
  const alias = parseAliasName(name);
  if (alias === null) report.problem(path, 'an alias is two or more lower-case names with dots between, at most 128 characters');
  const templates = startTemplates(report);
  const action = await compileAction({ name, shape, service, tools, report }, templates);

  const params: Record<string, Param> = {};
  const known = Object.keys(shape.params);
  for (const placement of templates.placements) {
    if (!known.includes(placement.param)) {
      report.problem(placement.path, 'a template names a parameter that is not declared', suggestName(placement.param, known));
    }
  }
  for (const [param, paramShape] of Object.entries(shape.params)) {
    const placements = templates.placements.filter((placement) => placement.param === param);
    params[param] = await compileParam(
      { name: param, shape: paramShape, path: [...path, 'params', param], placements },
      tools.patterns,
      report,
    );
  }
  if (alias === null || action === null) return null;
  const maxBytes = shape.response?.maxBytes ?? shape.limits.maxBytes;
  const limits = { timeoutMs: shape.limits.timeoutMs, maxBytes };
  return { alias, title: shape.title, effect: shape.effect, params, action, limits, service, source, definition };
}

/** Exactly one of `http` and `command`, with the keys that belong to it. */
async function compileAction(
  source: Omit<AliasSource, 'source' | 'definition'>,
  templates: TemplateReader,
): Promise<HttpAction | CommandAction | null> {
  const { shape, service, tools, report } = source;
  const path = ['aliases', source.name];
  const misplaced = (key: string, owner: string): void => {
    report.problem([...path, key], `belongs to an alias with ${owner}`);
  };
  if ((shape.http === undefined) === (shape.command === undefined)) {
    report.problem(path, 'an alias has either http or command');
    return null;
  }
  if (shape.http !== undefined) {
    if (shape.args !== undefined) misplaced('args', 'command');
    if (shape.http.tty !== undefined) report.problem([...path, 'http', 'tty'], 'belongs to command: a request has no terminal');
    const fault = shape.response?.select === undefined ? null : await tools.checkExpression(shape.response.select);
    if (fault !== null) report.problem([...path, 'response', 'select'], 'not a JMESPath expression that can be evaluated');
    return compileHttp({ alias: shape, http: shape.http, service, path, templates, report });
  }
  if (shape.command === undefined) return null;
  if (shape.slots !== undefined) misplaced('slots', 'http; a command has credentials');
  if (shape.response !== undefined) misplaced('response', 'http');
  return compileCommand({ alias: shape, command: shape.command, service, path, templates, patterns: tools.patterns, report });
}
