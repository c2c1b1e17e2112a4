import { Flags } from '@oclif/core';
import { EXPORT_FORMATS, exportRecords, readFilter } from '../../broker/administration/audit-log.js';
import { BaseCommand } from '../../cli/base-command.js';
import { filterFlags } from '../../cli/filter-flags.js';
import { pourText } from '../../cli/pour-text.js';

export default class AuditExport extends BaseCommand {
  static override description = 'Write audit records to stdout: the log’s own lines (JSON Lines), or CSV for a spreadsheet';
  static override examples = [
    '<%= config.bin %> audit export --since 2026-11-01 > november.jsonl',
    '<%= config.bin %> audit export --format csv --tenant acme > acme.csv',
  ];
  static override flags = {
    format: Flags.option({ options: EXPORT_FORMATS, default: 'jsonl', description: 'how to write them' })(),
    ...filterFlags,
    json: Flags.boolean({ description: 'the same as --format jsonl', exclusive: ['format'] }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditExport);
    const filter = readFilter(flags, this.world.now());
    if (typeof filter === 'string') this.error(filter, { exit: 2 });
    const denial = await pourText(this.take(exportRecords(this.world, filter, flags.format)));
    if (denial !== null) this.deny(denial);
  }
}
