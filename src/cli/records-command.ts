import { readRecords, type RecordFilter } from '../broker/administration/audit-log.js';
import { isDenial } from '../denial/denial.js';
import type { AuditRecord } from '../model/audit.js';
import { BaseCommand } from './base-command.js';
import { describeWhat } from './describe-record.js';

/** What `audit show` and `audit query` share: records as lines for people, or as JSON. */
export abstract class RecordsCommand extends BaseCommand {
  protected async printRecords(filter: RecordFilter, json: boolean): Promise<void> {
    const records: AuditRecord[] = [];
    for await (const line of readRecords(this.world, filter)) {
      if (isDenial(line)) this.deny(line);
      records.push(line.record);
    }
    if (json) return this.printJson(records);
    if (records.length === 0) return this.say('no record fits');
    this.table(
      records.map((record) => {
        const { time, type, run, tenant, project, principal, code } = record;
        const where =
          tenant === null || tenant === undefined ? '' : `${tenant}${project === null || project === undefined ? '' : `/${project}`}`;
        return [time, type, code ?? '', where, describeWhat(record), principal ?? '', run];
      }),
      ['TIME', 'TYPE', 'CODE', 'WHERE', 'WHAT', 'WHO', 'RUN'],
    );
  }
}
