import { BaseCommand } from '../cli/base-command.js';
import { RUN_FLAGS } from '../cli/run-arguments.js';
import { main } from '../cli/run-main.js';
import { oclifFlags } from '../cli/run-flags.js';

/** The help and the completion of `outloop run`; the run itself goes through the same `main` as the small bundle. */
export default class Run extends BaseCommand {
  static override summary = 'Perform an approved action with a credential that you never see';
  static override usage = 'run ALIAS [NAME=VALUE …] [-- EXTRA …]';
  static override examples = [
    '<%= config.bin %> run github.issues.list owner=acme-inc repo=site',
    '<%= config.bin %> run github.issues.list --params params.json --json',
  ];
  static override strict = false;
  static override flags = oclifFlags(RUN_FLAGS.map(({ name }) => name));

  async run(): Promise<void> {
    await main(['run', ...this.argv]);
  }
}
