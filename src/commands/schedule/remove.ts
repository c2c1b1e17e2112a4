import { Args } from '@oclif/core';
import { refuseScheduleRemoval, removeSchedule } from '../../broker/administration/schedules.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import type { ScheduleName } from '../../model/ids.js';

export default class ScheduleRemove extends BaseCommand {
  static override summary = 'Take a schedule away';
  static override examples = ['<%= config.bin %> schedule remove nightly'];
  static override args = { name: Args.string({ required: true, description: 'the schedule' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ScheduleRemove);
    const name = this.readName<ScheduleName>(args.name, 'a schedule');
    await this.confirmChange(`Take schedule ${name} away?`, flags.yes, {
      refuse: () => refuseScheduleRemoval(this.world, this.caller, name),
    });
    const { removed, left } = this.take(await removeSchedule(this.world, this.caller, name));
    this.say(`removed schedule ${removed}`);
    for (const why of left)
      this.say(`warning: what starts it may still be there, and starts nothing any more: ${why}`, this.paintErr.yellow);
  }
}
