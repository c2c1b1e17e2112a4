import { Flags } from '@oclif/core';
import { exportRecords } from '../../broker/administration/audit-log.js';
import { filterFlags, readFilter } from '../../cli/audit-filter.js';
import { BaseCommand } from '../../cli/base-command.js';
import { isDenial } from '../../denial/denial.js';

export default class AuditExport extends BaseCommand {
  static override summary = 'Write audit records to standard output as JSON Lines or CSV';
  static override examples = ['<%= config.bin %> audit export --format csv --since 30d > audit.csv'];
  static override flags = {
    ...filterFlags,
    format: Flags.option({ options: ['jsonl', 'csv'] as const, default: 'jsonl' as const, description: 'the format' })(),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditExport);
    const filter = readFilter(this.world, flags);
    if (typeof filter === 'string') this.error(filter, { exit: 2 });
    for await (const text of exportRecords(this.world, filter, flags.format)) {
      if (isDenial(text)) this.deny(text);
      if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    }
  }
}
