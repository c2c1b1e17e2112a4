import { findLead, repairLog, verifyLog } from '../../broker/administration/audit-log.js';
import { BaseCommand, jsonFlag, yesFlag } from '../../cli/base-command.js';
import { describeBreak } from '../../cli/describe-break.js';
import { countWords } from '../../model/count-words.js';
import { describeSpan } from '../../model/describe-span.js';

/** So many breaks are shown before the question; audit verify --json has the first thousand. */
const SHOWN = 20;

export default class AuditRepair extends BaseCommand {
  static override summary =
    'Cut a torn last record, put a break on record, take time back to the clock, or make a lost limit file anew, so that runs can go on';
  static override examples = ['<%= config.bin %> audit repair'];
  static override flags = { yes: yesFlag, json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(AuditRepair);
    const found = this.take(await verifyLog(this.world));
    if (found.torn !== null)
      this.say(`a record that was not written whole is to be cut: ${found.torn.bytes} bytes at the end of ${found.torn.file}`);
    for (const broken of found.breaks.slice(0, SHOWN)) this.say(`a break is to be put on record: ${describeBreak(broken)}`);
    if (found.badCount > SHOWN) this.say(`and ${found.badCount - SHOWN} more breaks`);
    const leadMs = findLead(this.world, found);
    if (leadMs !== null) {
      const [last, clock] = [found.latestMs, this.world.now()].map((ms) => new Date(ms).toISOString());
      this.say(`time is to be taken back by ${describeSpan(leadMs)}: the log is at ${last}, and this clock at ${clock}`);
    }
    await this.confirmChange('Repair the audit log?', flags.yes, { refuse: () => null });
    const repair = this.take(await repairLog(this.world, this.caller, found));
    if (flags.json) return this.printJson(repair);
    if (repair.cutBytes > 0) this.say(`cut ${countWords(repair.cutBytes, 'byte')} of a record that was not written whole`);
    if (repair.acknowledgedCount > 0)
      this.say(`put ${countWords(repair.acknowledgedCount, 'break')} on record; the old records stay as they are`);
    if (repair.takenBackMs > 0) this.say(`took time back by ${describeSpan(repair.takenBackMs)}: policy goes by this clock again`);
    if (repair.recalled)
      this.say(
        'took the limit files that are there, and those of grants that ran within a day, for all there were: audit/head.json was lost',
      );
    for (const { tenant, grant, why, starts } of repair.limits) {
      this.say(
        `made the limit file of grant ${grant} of tenant ${tenant} anew, which ${why}: ${countWords(starts, 'start')} of a day from the log`,
      );
    }
    const { settled, ended } = repair;
    if (settled > 0) this.say(`counted starts of a time that has not come as of now, in ${countWords(settled, 'limit file')}`);
    if (ended > 0)
      this.say(`ended ${countWords(ended, 'approval or session', 'approvals and sessions')} that began in a time that has not come`);
    if (repair.cutBytes + repair.acknowledgedCount + repair.takenBackMs + repair.limits.length + settled + ended === 0 && !repair.recalled)
      this.say('the log and the limit files are whole; nothing was changed');
  }
}
