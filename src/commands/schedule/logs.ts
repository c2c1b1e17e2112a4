import { Args, Flags } from '@oclif/core';
import { NO_FILTER, readMoment } from '../../broker/administration/audit-log.js';
import { jsonFlag } from '../../cli/base-command.js';
import { RecordsCommand } from '../../cli/records-command.js';
import type { ScheduleName } from '../../model/ids.js';

export default class ScheduleLogs extends RecordsCommand {
  static override summary = 'Show what the audit log says of a schedule’s firings, the newest first';
  static override examples = ['<%= config.bin %> schedule logs nightly', '<%= config.bin %> schedule logs nightly --since 7d --json'];
  static override args = {
    name: Args.string({ required: true, description: 'the schedule; one that was taken away has its records still' }),
  };
  static override flags = {
    since: Flags.string({ description: 'from this moment on: 2026-11-01, an ISO time, or 24h, 7d ago' }),
    limit: Flags.integer({ min: 1, default: 20, description: 'at most so many' }),
    json: jsonFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ScheduleLogs);
    const name = this.readName<ScheduleName>(args.name, 'a schedule');
    const sinceMs = flags.since === undefined ? null : readMoment(this.world, flags.since);
    if (flags.since !== undefined && sinceMs === null) this.error('--since needs a date, an ISO time, or a span such as 24h', { exit: 2 });
    await this.printRecords({ ...NO_FILTER, principal: `schedule:${name}`, sinceMs, limit: flags.limit, newestFirst: true }, flags.json);
  }
}
