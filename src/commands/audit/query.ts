import { readFilter, readRecords } from '../../broker/administration/audit-log.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { filterFlags } from '../../cli/filter-flags.js';
import { pourText } from '../../cli/pour-text.js';
import { jsonOf, linesOf } from '../../cli/present-record.js';

export default class AuditQuery extends BaseCommand {
  static override description = 'List the audit records that match every flag, oldest first';
  static override examples = [
    '<%= config.bin %> audit query --since 24h --type deny',
    "<%= config.bin %> audit query --tenant acme --alias 'github.*' --json",
  ];
  static override flags = { ...filterFlags, json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditQuery);
    const filter = readFilter(flags, this.world.now());
    if (typeof filter === 'string') this.error(filter, { exit: 2 });
    const records = this.take(readRecords(this.world, filter));
    const count = { records: 0 };
    const denial = await pourText(flags.json ? jsonOf(records) : linesOf(records, count));
    if (denial !== null) this.deny(denial);
    if (!flags.json && count.records === 0) this.say('no record matches');
  }
}
