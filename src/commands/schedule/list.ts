import { listSchedules } from '../../broker/administration/schedule-lines.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { describeLine, scheduleJson } from '../../cli/describe-schedule.js';

export default class ScheduleList extends BaseCommand {
  static override summary = 'List the schedules, and how the last firing of each ended';
  static override examples = ['<%= config.bin %> schedule list', '<%= config.bin %> schedule list --json'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(ScheduleList);
    const listed = this.take(listSchedules(this.world, this.caller));
    if (flags.json) return this.printJson(listed.map(({ line, standing }) => scheduleJson(line, standing)));
    if (listed.length === 0) return this.sayNone('there is no schedule', "outloop schedule add NAME --when '30 2 * * *' ALIAS");
    this.table([
      ['NAME', 'CONDITION', 'WHEN', 'ON', 'ALIAS', 'FOR', 'LAST'],
      ...listed.map(({ line, standing }) => describeLine(line, standing)),
    ]);
  }
}
