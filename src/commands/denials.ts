import { Args } from '@oclif/core';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';
import { CATALOGUE, DENIAL_CODES, parseDenialCode, type DenialCode } from '../denial/catalogue.js';
import { blankCommand } from '../denial/describe.js';
import { HTTP_ERROR_EXIT, RESERVED_EXITS } from '../denial/exits.js';
import type { OutcomeCode } from '../model/run.js';
import { suggestName } from '../model/suggest.js';

/** Codes of a status record that are no denials. */
const OUTCOMES: Readonly<Record<OutcomeCode, string>> = {
  OK: 'the action was performed',
  CHILD_FAILED: 'the command ended with an exit code of its own',
  CHILD_SIGNALED: 'a signal ended the command',
  HTTP_ERROR: 'the service answered 400 or more, and its answer stands on stdout',
};

export default class Denials extends BaseCommand {
  static override summary = 'Show the catalogue of denials: meaning, who acts, next step';
  static override examples = ['<%= config.bin %> denials', '<%= config.bin %> denials LINK_CHANGED', '<%= config.bin %> denials 104'];
  static override args = { code: Args.string({ description: 'a code, or an exit code for all that end with it' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Denials);
    const wanted = args.code ?? null;
    if (wanted !== null && /^\d+$/.test(wanted)) return this.showExit(Number(wanted), flags.json);
    const code = wanted === null ? null : parseDenialCode(wanted);
    if (wanted !== null && code === null) this.error(describeOther(wanted.toUpperCase()), { exit: 2 });
    if (code === null) return this.showAll(flags.json);
    if (flags.json) return this.printJson({ code, ...CATALOGUE[code] });
    this.showOne(code);
  }

  private showExit(exit: number, json: boolean): void {
    const codes = DENIAL_CODES.filter((code) => CATALOGUE[code].exit === exit);
    if (codes.length === 0) this.error(`no denial ends with ${exit}${describeOwn(exit)}`, { exit: 2 });
    if (json) return this.printJson(codes.map((code) => ({ code, ...CATALOGUE[code] })));
    for (const code of codes) this.showOne(code);
  }

  private showAll(json: boolean): void {
    const entries = DENIAL_CODES.map((code) => ({ code, ...CATALOGUE[code] }));
    if (json) return this.printJson(entries);
    this.table(
      entries.map((entry) => [String(entry.exit), entry.code, entry.who, entry.retry]),
      ['EXIT', 'CODE', 'WHO', 'RETRY'],
    );
  }

  private showOne(code: DenialCode): void {
    const entry = CATALOGUE[code];
    this.print(`${code} (${entry.exit})`);
    this.table([
      ['meaning', entry.meaning],
      ['who acts', entry.who],
      ['next step', entry.next],
      ['retry', entry.retry],
      ...(entry.command === null ? [] : [['command', blankCommand(entry.command)]]),
      ...(entry.operator === undefined ? [] : [['operator', blankCommand(entry.operator)]]),
    ]);
  }
}

/** Of a name that no denial has. */
function describeOther(name: string): string {
  const outcome = Object.entries(OUTCOMES).find(([code]) => code === name);
  if (outcome !== undefined) return `${name} is no denial, but how an action ended: ${outcome[1]}`;
  const near = suggestName(name, DENIAL_CODES);
  return `there is no code of that name${near === null ? '; see outloop denials' : `; did you mean ${near}?`}`;
}

/** Of an exit code that no denial has. */
function describeOwn(exit: number): string {
  if (exit >= RESERVED_EXITS.first && exit <= RESERVED_EXITS.last) return '; see outloop denials';
  return exit === HTTP_ERROR_EXIT ? `: ${OUTCOMES.HTTP_ERROR}, or it is a command’s own` : ': it is the action’s own';
}
