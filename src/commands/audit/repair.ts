import { repairLog, verifyLog } from '../../broker/administration/audit-log.js';
import { BaseCommand, jsonFlag, yesFlag } from '../../cli/base-command.js';
import { describeBreak } from '../../cli/describe-break.js';

/** So many breaks are shown before the question; audit verify --json has the first thousand. */
const SHOWN = 20;

export default class AuditRepair extends BaseCommand {
  static override description = 'Cut a torn last record, or put a break on record so that the log can go on';
  static override examples = ['<%= config.bin %> audit repair'];
  static override flags = { yes: yesFlag, json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditRepair);
    const found = this.take(await verifyLog(this.world));
    if (found.torn !== null)
      this.say(`a record that was not written whole is to be cut: ${found.torn.bytes} bytes at the end of ${found.torn.file}`);
    for (const broken of found.breaks.slice(0, SHOWN)) this.say(`a break is to be put on record: ${describeBreak(broken)}`);
    if (found.badCount > SHOWN) this.say(`and ${found.badCount - SHOWN} more breaks`);
    if (found.torn !== null || found.badCount > 0) await this.confirm('Repair the audit log?', flags.yes);
    const repair = this.take(await repairLog(this.world, this.caller, found));
    if (flags.json) return this.printJson(repair);
    if (repair.cutBytes > 0) this.say(`cut ${repair.cutBytes} bytes of a record that was not written whole`);
    if (repair.acknowledgedCount > 0) this.say(`put ${repair.acknowledgedCount} breaks on record; the old records stay as they are`);
    if (repair.cutBytes === 0 && repair.acknowledgedCount === 0) this.say('the log is whole; nothing was changed');
  }
}
