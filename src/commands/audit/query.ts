import { filterFlags, readFilter } from '../../cli/audit-filter.js';
import { jsonFlag } from '../../cli/base-command.js';
import { RecordsCommand } from '../../cli/records-command.js';

export default class AuditQuery extends RecordsCommand {
  static override summary = 'List the audit records that fit';
  static override examples = [
    '<%= config.bin %> audit query --type deny --since 24h',
    "<%= config.bin %> audit query --alias 'github.*' --json",
  ];
  static override flags = { ...filterFlags, json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditQuery);
    const filter = readFilter(this.world, flags);
    if (typeof filter === 'string') this.error(filter, { exit: 2 });
    await this.printRecords(filter, flags.json);
  }
}
