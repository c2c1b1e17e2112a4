import { Args, Flags } from '@oclif/core';
import { refuseAgent } from '../../broker/administration/administer.js';
import { approveSchedule, proposeSchedule, refuseSchedule, type Proposal } from '../../broker/administration/schedules.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { markUnreadable } from '../../cli/raw-arguments.js';
import { oclifFlags } from '../../cli/run-flags.js';
import { parseRunArguments } from '../../cli/run-arguments.js';
import { readRequest } from '../../cli/run-request.js';
import { isDenial } from '../../denial/denial.js';
import type { ScheduleName } from '../../model/ids.js';
import { SCHEDULER_NAMES } from '../../model/schedule.js';
import { showText } from '../../model/show-text.js';

/** The flags of `outloop run` that are pinned with a schedule. */
const RUN_PART = ['params', 'timeout', 'tenant'];

export default class ScheduleAdd extends BaseCommand {
  static override summary =
    'Run an alias of this folder at given times; the permission is decided now, and every firing must find it unchanged';
  static override usage = "schedule add NAME --when '30 2 * * *' ALIAS [NAME=VALUE …] [-- EXTRA …]";
  static override examples = [
    "<%= config.bin %> schedule add nightly --when '30 2 * * *' billing.report.make month=2026-11",
    '<%= config.bin %> schedule add hourly --when @hourly --on systemd --dry-run github.issues.list repo=site',
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ required: true, description: 'the schedule' }),
    alias: Args.string({ required: true, description: 'what it runs' }),
  };
  static override flags = {
    when: Flags.string({
      required: true,
      description: 'five fields as in a crontab, in local time, or @hourly, @daily, @weekly, @monthly, @yearly',
    }),
    on: Flags.option({ options: SCHEDULER_NAMES, description: 'what starts it; this machine’s own when left out' })(),
    expires: Flags.string({ description: 'it is over then: 2027-03-01, or a date and time' }),
    notify: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'a command for firings that did not go well: its absolute path, and one more --notify for each argument',
    }),
    replace: Flags.boolean({ description: 'in the place of the schedule of that name' }),
    'dry-run': Flags.boolean({ description: 'decide, show what would be installed, and change nothing' }),
    ...oclifFlags(RUN_PART),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const words = markUnreadable(this.argv);
    const end = words.indexOf('--');
    const extra = end < 0 ? [] : words.slice(end);
    const { args, flags, argv } = await this.parse(ScheduleAdd, end < 0 ? [...words] : words.slice(0, end));
    const name = this.readName<ScheduleName>(args.name, 'a schedule');
    const pinned = RUN_PART.flatMap((flag) => {
      const value = (flags as Record<string, unknown>)[flag];
      return typeof value === 'string' ? [`--${flag}`, value] : [];
    });
    const parsed = parseRunArguments([...pinned, ...argv.slice(1).map(String), ...extra]);
    if ('kind' in parsed) this.error(parsed.detail, { exit: 2 });
    const request = readRequest(parsed, this.caller.env);
    if ('kind' in request) this.error(request.detail, { exit: 2 });

    const refused = flags['dry-run'] ? null : refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const { when, on = null, expires = null, notify = null } = flags;
    const proposed = await proposeSchedule(this.world, this.caller, { ...request, name, when, on, expires, notify });
    if (isDenial(proposed) && proposed.code === 'USAGE') this.error(String(proposed.facts['detail']), { exit: 2 });
    const proposal = this.take(proposed);
    this.sayProposal(proposal);
    if (flags['dry-run']) {
      for (const { place, text } of proposal.pieces) this.print(`# ${showText(place)}\n${text}`);
      return this.say('nothing was changed');
    }
    const refuse = () => (flags.replace ? null : refuseSchedule(this.world, name));
    await this.confirmChange(`Make schedule ${name}?`, flags.yes, { refuse, otherwise: true });
    const { schedule, left } = this.take(await approveSchedule(this.world, this.caller, proposal, flags.replace));
    this.say(`made schedule ${schedule.name}; it is due next at ${new Date(proposal.nextMs).toISOString()}`);
    if (left !== null)
      this.say(`warning: what starts it by ${left.on} may still be there, and starts nothing any more: ${left.why}`, this.paintErr.yellow);
    this.say(`next: outloop schedule show ${schedule.name}`);
  }

  private sayProposal({ schedule, warnings }: Proposal): void {
    const { name, alias, when, on, folder, grants, expiresMs } = schedule;
    this.say(`schedule:${name} would run ${alias} at ${when} for ${folder.tenant}/${folder.project}, started by ${on}`);
    this.say(`folder ${showText(folder.directory)}; grants ${grants.map(({ id }) => id).join(' ')}`);
    if (expiresMs !== null) this.say(`it is over at ${new Date(expiresMs).toISOString()}`);
    for (const warning of warnings) this.say(`warning: ${warning}`, this.paintErr.yellow);
  }
}
