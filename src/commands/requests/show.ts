import { Args } from '@oclif/core';
import { findRequest } from '../../broker/administration/requests.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { describeRequest, requestToJson } from '../../cli/request-text.js';

export default class RequestsShow extends BaseCommand {
  static override summary = 'Show what a request asks for: the alias, its parameters, who, where, and why';
  static override examples = ['<%= config.bin %> requests show req_01JD3Y0000000000000000000A'];
  static override args = { request: Args.string({ required: true, description: 'the request’s id' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RequestsShow);
    const id = this.readRequestId(args.request);
    const line = this.take(await findRequest(this.world, this.caller, id));
    if (flags.json) return this.printJson(requestToJson(line));
    this.table(describeRequest(line));
  }
}
