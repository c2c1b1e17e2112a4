import { Args } from '@oclif/core';
import { showSchedule } from '../../broker/administration/schedule-lines.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { describeLast, scheduleJson } from '../../cli/describe-schedule.js';
import { composeCallerIn } from '../../compose.js';
import type { GivenParam } from '../../model/run.js';

export default class ScheduleShow extends BaseCommand {
  static override summary = 'Show a schedule: what it was made from, how its last firing ended, and what one would end with now';
  static override examples = ['<%= config.bin %> schedule show nightly'];
  static override args = { name: Args.string({ required: true, description: 'the schedule' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ScheduleShow);
    const standIn = (directory: string) => composeCallerIn(directory, this.caller);
    const { schedule, line, standing, now } = this.take(await showSchedule(this.world, this.caller, args.name, standIn));
    const { params, extra, timeoutMs, notify, folder } = schedule;
    if (flags.json) {
      return this.printJson({
        ...scheduleJson(line, standing),
        link: folder.link,
        params: Object.fromEntries(params.map((param) => [param.name, param.kind === 'text' ? param.text : param.value])),
        extra,
        timeout_ms: timeoutMs,
        notify,
        now: { code: now.code, exit: now.exit, reason: now.reason, next: now.next },
      });
    }
    const { name, when, on, alias, grants, expiresMs, createdMs } = schedule;
    this.table([
      ['schedule', name],
      ['when', when],
      ['started by', standing === 'installed' ? on : `${on}: ${standing}`],
      ['runs', [alias, ...params.map(describeParam), ...(extra.length === 0 ? [] : ['--', ...extra])].join(' ')],
      ['for', `${folder.tenant}/${folder.project}`],
      ['folder', folder.directory],
      ['grants', grants.map(({ id }) => id).join(' ')],
      ['made', new Date(createdMs).toISOString()],
      ['over', expiresMs === null ? 'never' : new Date(expiresMs).toISOString()],
      ['notifies', notify?.join(' ') ?? 'nobody'],
      ['condition', line.kind === 'schedule' ? line.condition : 'broken'],
      ['last', describeLast(line)],
      ['next', line.kind === 'schedule' ? new Date(line.nextMs).toISOString() : ''],
      ['now', now.code === 'OK' ? 'a firing would run' : `a firing would be denied ${now.code} (${now.exit}): ${now.reason}`],
    ]);
  }
}

function describeParam(param: GivenParam): string {
  return `${param.name}=${param.kind === 'text' ? param.text : JSON.stringify(param.value)}`;
}
