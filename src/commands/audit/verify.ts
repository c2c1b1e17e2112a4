import { verifyLog, type Verification } from '../../broker/administration/audit-log.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { formatBreak } from '../../cli/present-break.js';
import { showText } from '../../model/show-text.js';

export default class AuditVerify extends BaseCommand {
  static override description =
    'Check that the audit log is what outloop wrote; name the first record that is not, and runs with an unknown outcome';
  static override examples = ['<%= config.bin %> audit verify', '<%= config.bin %> audit verify --json'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditVerify);
    const found = this.take(await verifyLog(this.world));
    if (flags.json) this.printJson(describe(found));
    else this.show(found);
    if (found.firstBad !== null) this.exit(1);
  }

  private show(found: Verification): void {
    const { firstBad, torn, unknownOutcomes } = found;
    const extent = `${found.records} records in ${found.files} files`;
    if (firstBad === null) this.print(`${this.paint.green('whole')}: ${extent}`);
    else {
      this.print(`${this.paint.red('broken')}: ${extent}`);
      this.print(`first bad: ${formatBreak(firstBad)}`);
      for (const other of found.breaks.slice(1)) this.print(`also bad: ${formatBreak(other)}`);
      if (found.badCount > found.breaks.length) this.print(`and ${found.badCount - found.breaks.length} more`);
    }
    for (const known of found.acknowledged) this.print(`acknowledged: ${formatBreak(known)}`);
    if (torn !== null)
      this.print(`torn: the last ${torn.bytes} bytes of ${showText(torn.file)} are no whole record; the next run cuts them`);
    if (found.head === 'behind') this.print('head: behind the log, as after a crash');
    if (found.head === 'absent' && found.records > 0) this.print(this.paint.yellow('head: missing, so a cut end cannot be told'));
    for (const { run, alias, time } of unknownOutcomes) this.print(showText(`unknown outcome: run ${run} ${alias ?? '-'} ${time}`));
    if (firstBad !== null) this.say('look at the log, then continue it with: outloop audit repair');
  }
}

function describe(found: Verification) {
  const { records, files, firstBad, breaks, badCount, acknowledged, torn, head, unknownOutcomes } = found;
  return { ok: firstBad === null, records, files, firstBad, breaks, badCount, acknowledged, torn, head, unknownOutcomes };
}
