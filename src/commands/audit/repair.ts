import { proposeRepair, repairLog, type Verification } from '../../broker/administration/audit-log.js';
import { BaseCommand, jsonFlag, yesFlag } from '../../cli/base-command.js';
import { formatBreak } from '../../cli/present-break.js';

export default class AuditRepair extends BaseCommand {
  static override description =
    'Continue an audit log that is torn or broken: a torn end is cut, and breaks are put on record; nothing else is changed';
  static override examples = ['<%= config.bin %> audit repair', '<%= config.bin %> audit repair --yes --json'];
  static override flags = { yes: yesFlag, json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditRepair);
    const seen = this.take(await proposeRepair(this.world, this.caller));
    if (seen.firstBad === null && seen.torn === null) {
      if (flags.json) this.printJson({ cutBytes: 0, acknowledged: [], acknowledgedCount: 0 });
      return this.say('the audit log is whole; there is nothing to repair');
    }
    if (seen.firstBad !== null) this.say(`first bad: ${formatBreak(seen.firstBad)}`);
    await this.confirm(ask(seen), flags.yes);
    const { cutBytes, acknowledged, acknowledgedCount } = this.take(await repairLog(this.world, this.caller, seen));
    if (flags.json) this.printJson({ cutBytes, acknowledged, acknowledgedCount });
    if (cutBytes > 0) this.say(`a torn record of ${cutBytes} bytes was cut`);
    if (acknowledgedCount > 0) this.say(`${count(acknowledgedCount)} put on record; the log goes on from its last line`);
  }
}

function ask({ badCount, torn }: Verification): string {
  if (badCount === 0) return `Cut a torn record of ${torn?.bytes ?? 0} bytes?`;
  return `Put ${count(badCount)} on record and continue the log?`;
}

function count(breaks: number): string {
  return breaks === 1 ? '1 break' : `${breaks} breaks`;
}
