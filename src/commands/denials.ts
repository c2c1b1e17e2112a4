import { Args } from '@oclif/core';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';
import { CATALOGUE, DENIAL_CODES, parseDenialCode } from '../denial/catalogue.js';
import { suggestName } from '../model/suggest.js';

export default class Denials extends BaseCommand {
  static override summary = 'Show the catalogue of denials: meaning, who acts, next step';
  static override examples = ['<%= config.bin %> denials', '<%= config.bin %> denials LINK_CHANGED'];
  static override args = { code: Args.string({ description: 'a code' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Denials);
    const code = args.code === undefined ? null : parseDenialCode(args.code);
    if (args.code !== undefined && code === null) {
      const near = suggestName(args.code.toUpperCase(), DENIAL_CODES);
      this.error(`there is no code of that name${near === null ? '; see outloop denials' : `; did you mean ${near}?`}`, { exit: 2 });
    }
    const codes = code === null ? DENIAL_CODES : [code];
    const entries = codes.map((one) => ({ code: one, ...CATALOGUE[one] }));
    if (flags.json) return this.printJson(code === null ? entries : entries[0]);
    if (code === null)
      return this.table(
        entries.map((entry) => [String(entry.exit), entry.code, entry.who, entry.retry]),
        ['EXIT', 'CODE', 'WHO', 'RETRY'],
      );
    const entry = CATALOGUE[code];
    this.print(`${code} (${entry.exit})`);
    this.table([
      ['meaning', entry.meaning],
      ['who acts', entry.who],
      ['next step', entry.next],
      ['retry', entry.retry],
      ...(entry.command === null ? [] : [['command', entry.command]]),
    ]);
  }
}
