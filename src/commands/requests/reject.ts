import { Args } from '@oclif/core';
import { refuseAgent } from '../../broker/administration/administer.js';
import { findUnrejected, rejectRequest } from '../../broker/administration/answer-requests.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';

export default class RequestsReject extends BaseCommand {
  static override summary = 'Reject a request, or take an approval back; a run that has started goes on';
  static override examples = ['<%= config.bin %> requests reject req_01JD3Y0000000000000000000A'];
  static override args = { request: Args.string({ required: true, description: 'the request’s id' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RequestsReject);
    const refused = refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const id = this.readRequestId(args.request);
    this.take(await findUnrejected(this.world, this.caller, id));
    await this.confirm(`Reject request ${id}?`, flags.yes);
    this.take(await rejectRequest(this.world, this.caller, id));
    this.say(`rejected ${id}: it is denied until outloop requests prune --rejected`);
  }
}
