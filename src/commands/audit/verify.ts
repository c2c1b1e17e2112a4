import { verifyLog } from '../../broker/administration/audit-log.js';
import { describeBreak } from '../../cli/describe-break.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { countWords } from '../../model/count-words.js';

export default class AuditVerify extends BaseCommand {
  static override summary = 'Verify the audit log’s chain, and name the first bad record';
  static override examples = ['<%= config.bin %> audit verify'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditVerify);
    const found = this.take(await verifyLog(this.world));
    const { firstBad, records, files, unknownOutcomes, head, acknowledged } = found;
    if (flags.json) this.printJson({ ok: firstBad === null, records, files, head, firstBad, unknownOutcomes, acknowledged });
    else {
      for (const found of acknowledged) this.print(`acknowledged by a repair: ${describeBreak(found)}`);
      for (const { run, alias, time } of unknownOutcomes) this.print(`unknown outcome: run ${run} (${alias ?? 'no alias'}), begun ${time}`);
      if (head === 'absent' && records > 0) this.print('audit/head.json was lost: whether records are missing at the end is not known');
      if (firstBad === null) this.print(`the chain is intact: ${countWords(records, 'record')}`);
      else this.print(`the chain is broken: ${describeBreak(firstBad)}${found.badCount === 1 ? '' : `, and ${found.badCount - 1} more`}`);
    }
    if (firstBad === null) return;
    this.sayNone('the log is not what outloop wrote', 'outloop audit repair');
    this.exit(1);
  }
}
