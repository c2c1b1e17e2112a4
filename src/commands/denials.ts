import { Args } from '@oclif/core';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';
import { CATALOGUE, DENIAL_CODES, parseDenialCode, type DenialCode } from '../denial/catalogue.js';
import { blankCommand } from '../denial/describe.js';
import { suggestName } from '../model/suggest.js';

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
    if (wanted !== null && code === null) {
      const near = suggestName(wanted.toUpperCase(), DENIAL_CODES);
      this.error(`there is no code of that name${near === null ? '; see outloop denials' : `; did you mean ${near}?`}`, { exit: 2 });
    }
    if (code === null) return this.showAll(flags.json);
    if (flags.json) return this.printJson({ code, ...CATALOGUE[code] });
    this.showOne(code);
  }

  private showExit(exit: number, json: boolean): void {
    const codes = DENIAL_CODES.filter((code) => CATALOGUE[code].exit === exit);
    if (codes.length === 0) this.error('no denial has that exit code; see outloop denials', { exit: 2 });
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
