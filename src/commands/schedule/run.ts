import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { FIRING_FLAGS } from '../../cli/firing-arguments.js';
import { oclifFlags } from '../../cli/run-flags.js';
import { main } from '../../cli/run-main.js';

/** The help and the completion of `outloop schedule run`; the firing itself goes through the same `main` as the small bundle. */
export default class ScheduleRun extends BaseCommand {
  static override summary = 'Fire a schedule now, as its scheduler does: a run of just what it was made from';
  static override examples = ['<%= config.bin %> schedule run nightly', '<%= config.bin %> schedule run nightly --dry-run'];
  static override strict = false;
  static override args = { name: Args.string({ description: 'the schedule' }) };
  static override flags = oclifFlags(FIRING_FLAGS);

  async run(): Promise<void> {
    await main(['schedule', 'run', ...this.argv]);
  }
}
