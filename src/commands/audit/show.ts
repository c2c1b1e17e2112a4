import { Args, Flags } from '@oclif/core';
import { readFilter, readRecords } from '../../broker/administration/audit-log.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { pourText } from '../../cli/pour-text.js';
import { jsonOf, linesOf, recordDetails } from '../../cli/present-record.js';
import type { AuditRecord } from '../../model/audit.js';
import { showText } from '../../model/show-text.js';

/** How many records are shown when nobody says. */
const NEWEST = 20;

export default class AuditShow extends BaseCommand {
  static override description = 'Show the newest audit records, newest first, or everything about one run';
  static override examples = [
    '<%= config.bin %> audit show',
    '<%= config.bin %> audit show --limit 5',
    '<%= config.bin %> audit show 01JD3M7Q8V5Y2K4N6P9R1S3T5W',
  ];
  static override args = { run: Args.string({ description: 'a run’s id: all of its records in full' }) };
  static override flags = {
    limit: Flags.integer({ min: 1, description: `at most so many; ${NEWEST} when no run is named` }),
    json: jsonFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AuditShow);
    if (args.run !== undefined) return this.showRun(args.run, flags);
    const records = this.take(this.read({ limit: flags.limit ?? NEWEST, reverse: true }));
    const count = { records: 0 };
    const denial = await pourText(flags.json ? jsonOf(records) : linesOf(records, count));
    if (denial !== null) this.deny(denial);
    if (!flags.json && count.records === 0) this.say('the audit log is empty');
  }

  private async showRun(run: string, flags: { readonly limit?: number | undefined; readonly json: boolean }): Promise<void> {
    const stream = this.take(this.read({ run, limit: flags.limit }));
    const records: AuditRecord[] = [];
    for (;;) {
      const next = await stream.next();
      if (next.done !== true) records.push(next.value.record);
      else if (next.value !== null) this.deny(next.value);
      else break;
    }
    if (records.length === 0) this.refuse(`there is no record of run ${showText(run)}. Next: outloop audit show`);
    if (flags.json) return this.printJson(records);
    for (const record of records) {
      this.print(`${showText(record.time)} ${record.type}`);
      this.table(recordDetails(record).map(([field, text]) => [`  ${field}`, text]));
    }
  }

  private read(wish: Parameters<typeof readFilter>[0]) {
    const filter = readFilter(wish, this.world.now());
    return typeof filter === 'string' ? this.error(filter, { exit: 2 }) : readRecords(this.world, filter);
  }
}
