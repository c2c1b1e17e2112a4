import { deny, type Denial } from '../denial/denial.js';
import { FORBIDDEN_VARIABLES, FORBIDDEN_PREFIXES, HARMLESS_FLAGS } from './tampering.js';

/** What shows how this Node was started: its environment and its own arguments (process.execArgv). */
export type RuntimeEvidence = { readonly env: Readonly<Record<string, string | undefined>>; readonly execArgv: readonly string[] };

/**
 * Whether something changes how Node runs, so that a credential could be read, logged or sent elsewhere: RUNTIME_TAMPERED, whose
 * fact `marker` is the variable's or flag's name, never its value. An empty variable counts as not set. Node has acted on
 * what it was given before any of our code ran: this stops the honest mistake and the simple attack, not a preload that
 * already runs (docs/threat-model.md).
 */
export function checkRuntime({ env, execArgv }: RuntimeEvidence): Denial | null {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '') continue;
    if (isTampering(name.toUpperCase(), value)) return deny('RUNTIME_TAMPERED', { marker: name.slice(0, 64) });
  }
  const flag = splitFlags(execArgv).find((given) => !isHarmless(given));
  return flag === undefined ? null : deny('RUNTIME_TAMPERED', { marker: nameFlag(flag) });
}

function isTampering(name: string, value: string): boolean {
  if (name === 'NODE_OPTIONS') return !splitFlags(value.trim().split(/\s+/)).every(isHarmless);
  if (name === 'NODE_TLS_REJECT_UNAUTHORIZED') return value !== '1';
  return FORBIDDEN_VARIABLES.has(name) || FORBIDDEN_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/** Flags with the value that follows them put behind an equals sign, quotes taken off, underscores as Node reads them. */
function splitFlags(words: readonly string[]): string[] {
  const flags: string[] = [];
  for (const word of words) {
    const bare = word.replaceAll(/["']/g, '');
    const last = flags.at(-1);
    if (/^[0-9]+$/.test(bare) && last !== undefined && !last.includes('=')) flags[flags.length - 1] = `${last}=${bare}`;
    else if (bare !== '') flags.push(bare.replace(/^--[^=]*/, (name) => name.replaceAll('_', '-')));
  }
  return flags;
}

function isHarmless(flag: string): boolean {
  return HARMLESS_FLAGS.some((pattern) => pattern.test(flag));
}

/** `--require` of `--require=/x`, `-r` of `-r/x`; what does not start as a flag could be a value and is not shown. */
function nameFlag(flag: string): string {
  return /^(?:--[A-Za-z0-9-]{1,64}|-[A-Za-z])/.exec(flag)?.[0] ?? 'an argument of node';
}
