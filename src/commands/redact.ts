import { Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { oclifFlags } from '../cli/run-flags.js';
import { main } from '../cli/run-main.js';

/** The help and the completion of `outloop redact`; the work goes through the same `main` as the small bundle. */
export default class Redact extends BaseCommand {
  static override summary = 'Pass standard input on to standard output without the credentials that are named';
  static override examples = [
    'make deploy 2>&1 | <%= config.bin %> redact --credential billing',
    '<%= config.bin %> redact --credential billing --credential github-bot < build.log > clean.log',
  ];
  static override flags = {
    credential: Flags.string({
      helpValue: 'NAME',
      multiple: true,
      required: true,
      description: 'a credential of this folder’s tenant that a grant binds for you',
    }),
    ...oclifFlags(['tenant', 'as', 'status-fd']),
  };

  async run(): Promise<void> {
    await main(['redact', ...this.argv]);
  }
}
