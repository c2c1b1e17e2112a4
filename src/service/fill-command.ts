import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { FileValue, PreparedCommand } from '../model/action.js';
import type { Alias, CommandAction, Json, Template } from '../model/service.js';
import { MAX_VALUE_BYTES } from './check-value.js';
import { fillText, nameParams, type Filling } from './fill-template.js';
import { matchesWhole } from './match-pattern.js';
import { findUnsafe } from './place-safety.js';

/** execve(2): Linux takes 128 KiB with the NUL at its end for one argument; macOS 1 MiB for all of them and the environment together. */
const MAX_ARGUMENT_BYTES = 131_071;
const MAX_ARGUMENTS_BYTES = 900_000;

/**
 * Builds the command line of a command alias: one element of its argv for each template, never through a shell. An element
 * whose parameter has no value is left out. A `file` parameter's element holds the file's own name until the executor puts the
 * path of its private copy there (`files[].index`). `extra` is what the caller wrote after `--`; its faults are PARAM_INVALID
 * of the parameter `--`. So is more than a system starts a command with, of those that make it. Throws TypeError for an alias that is no command alias.
 */
export function fillCommand(
  alias: Alias,
  values: Readonly<Record<string, Json>>,
  files: Readonly<Record<string, FileValue>>,
  extra: readonly string[],
): PreparedCommand | Denial {
  const { action } = alias;
  if (action.kind !== 'command') throw new TypeError('fillCommand takes a command alias');
  const filling: Filling = { alias, values };

  const argv: string[] = [];
  const copies: { index: number; name: string; bytes: Uint8Array }[] = [];
  for (const template of action.argv) {
    const param = findFileParam(alias, template);
    if (param !== null) {
      if (!Object.hasOwn(values, param)) continue;
      const file = Object.hasOwn(files, param) ? files[param] : undefined;
      if (file === undefined) return deny('PARAM_INVALID', { param, detail: 'it has no content' });
      copies.push({ index: argv.length, name: file.name, bytes: file.bytes });
      argv.push(file.name);
      continue;
    }
    const filled = fillText(filling, template, 'argv');
    if (isDenial(filled)) return filled;
    if (filled === null) continue;
    const detail = findUnsafeElement(alias, template, filled);
    if (detail !== null) return deny('PARAM_UNSAFE', { param: nameParams(template), detail });
    if (Buffer.byteLength(filled) > MAX_ARGUMENT_BYTES)
      return deny('PARAM_INVALID', { param: nameParams(template), detail: 'together they make an argument longer than 128 KiB' });
    argv.push(filled);
  }

  const refused = checkExtra(action, extra);
  if (refused !== null) return refused;
  if ([...argv, ...extra].reduce((sum, text) => sum + Buffer.byteLength(text), 0) > MAX_ARGUMENTS_BYTES) {
    const names = [...new Set([...action.argv.map(nameParams).filter((name) => name !== ''), ...(extra.length > 0 ? ['--'] : [])])];
    return deny('PARAM_INVALID', { param: names.join(', '), detail: 'together they make a longer command line than every system takes' });
  }
  return { kind: 'command', executable: action.executable, argv: [...argv, ...extra], files: copies, env: action.env };
}

/** A `file` parameter fills a whole element; null for every other element. */
function findFileParam(alias: Alias, template: Template): string | null {
  const alone = template.length === 1 ? template[0] : undefined;
  return alone !== undefined && 'param' in alone && alias.params[alone.param]?.type === 'file' ? alone.param : null;
}

/** The element as a whole, where values begin it: an empty first value would let the text behind it lead. */
function findUnsafeElement(alias: Alias, template: Template, filled: string): string | null {
  const first = template[0];
  if (first === undefined || 'text' in first) return null;
  return findUnsafe({ place: 'argv', text: filled, allowLeading: alias.params[first.param]?.allowLeading ?? false });
}

function checkExtra({ extra: rule }: CommandAction, extra: readonly string[]): Denial | null {
  const refuse = (detail: string): Denial => deny('PARAM_INVALID', { param: '--', detail });
  if (extra.length === 0) return null;
  if (rule === null) return refuse('this alias takes no extra arguments');
  if (extra.length > rule.max) return refuse(`there may be at most ${rule.max} extra arguments`);
  for (const [at, text] of extra.entries()) {
    if (Buffer.byteLength(text) > MAX_VALUE_BYTES) return refuse(`extra argument ${at + 1} is longer than 64 KiB`);
    // The pattern alone decides on a leading `-`: options are what extra arguments are for.
    const detail = findUnsafe({ place: 'argv', text, allowLeading: true });
    if (detail !== null) return deny('PARAM_UNSAFE', { param: '--', detail });
    if (!matchesWhole(rule.pattern, text)) return refuse(`extra argument ${at + 1} does not match its pattern`);
  }
  return null;
}
