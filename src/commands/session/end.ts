import { Args } from '@oclif/core';
import { endSession } from '../../broker/administration/sessions.js';
import { refuseAgent } from '../../broker/administration/administer.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { parseSessionId } from '../../model/ids.js';

export default class SessionEnd extends BaseCommand {
  static override summary = 'End a session: what it started goes on, and every further run in it is denied';
  static override examples = ['<%= config.bin %> session end ses_01JD3Y0000000000000000000A'];
  static override args = { session: Args.string({ required: true, description: 'the session’s id, from outloop session list' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionEnd);
    const refused = refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const fault = args.session.startsWith('ses_') ? 'this is not the whole id of a session' : 'a session’s id begins with ses_';
    const id = parseSessionId(args.session) ?? this.error(`${fault}; see outloop session list`, { exit: 2 });
    await this.confirm(`End session ${id}?`, flags.yes, false);
    const { ended } = this.take(await endSession(this.world, this.caller, id));
    this.say(`ended session ${ended}`);
  }
}
