import { Args, Flags } from '@oclif/core';
import { NO_FILTER } from '../../broker/administration/audit-log.js';
import { NO_RUN } from '../../cli/audit-filter.js';
import { jsonFlag } from '../../cli/base-command.js';
import { RecordsCommand } from '../../cli/records-command.js';
import { isRunId } from '../../model/ids.js';

export default class AuditShow extends RecordsCommand {
  static override summary = 'Show the newest audit records, or all of one run';
  static override examples = ['<%= config.bin %> audit show', '<%= config.bin %> audit show 01JD3Y0000000000000000000A --json'];
  static override args = { run: Args.string({ description: 'a run’s id' }) };
  static override flags = { limit: Flags.integer({ min: 1, default: 20, description: 'how many of the newest' }), json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AuditShow);
    if (args.run !== undefined && !isRunId(args.run)) this.error(NO_RUN, { exit: 2 });
    const filter = args.run === undefined ? { ...NO_FILTER, limit: flags.limit, newestFirst: true } : { ...NO_FILTER, run: args.run };
    await this.printRecords(filter, flags.json);
  }
}
