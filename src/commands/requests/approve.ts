import { Args, Flags } from '@oclif/core';
import { refuseAgent } from '../../broker/administration/administer.js';
import { approveRequest, refuseApproval, refuseWithoutTerminal } from '../../broker/administration/answer-requests.js';
import { findRequest } from '../../broker/administration/requests.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { describeRequest, describeWorth } from '../../cli/request-text.js';
import { countWords } from '../../model/count-words.js';

/** `24h`, beside a date. */
const SPAN = /^\d+[a-z]+$/;

export default class RequestsApprove extends BaseCommand {
  static override summary = 'Approve a request: these parameters, by this caller, for this client, while the alias stays as it is';
  static override examples = [
    '<%= config.bin %> requests approve req_01JD3Y0000000000000000000A',
    '<%= config.bin %> requests approve req_01JD3Y0000000000000000000A --count 1 --expires 2h',
  ];
  static override args = { request: Args.string({ required: true, description: 'the request’s id' }) };
  static override flags = {
    count: Flags.integer({
      helpValue: 'COUNT',
      min: 1,
      description: 'for so many runs; left out: one, or where the grant says once, as often as it is asked for',
    }),
    expires: Flags.string({ default: '24h', helpValue: 'TIME', description: 'until: 30m, 24h, 7d, or a date' }),
    bind: Flags.string({
      multiple: true,
      helpValue: 'SLOT=CREDENTIAL',
      description: 'where no grant permits the alias: the credential that fills a slot of it',
    }),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RequestsApprove);
    const id = this.readRequestId(args.request);
    const blocked = refuseAgent(this.caller) ?? refuseWithoutTerminal(this.caller);
    if (blocked !== null) this.take(blocked);
    const line = this.take(await findRequest(this.world, this.caller, id));
    for (const [name, text] of describeRequest(line)) process.stderr.write(`  ${name.padEnd(28)}${text}\n`);
    const often =
      flags.count === undefined
        ? line.request.rule === 'once'
          ? 'as often as it is asked for'
          : 'for one run'
        : `for ${countWords(flags.count, 'run')}`;
    const bind = this.readPairs(flags.bind ?? [], '--bind');
    const wish = { id, count: flags.count ?? null, until: flags.expires, bind };
    await this.confirmChange(`Approve it ${often}, until ${flags.expires}${SPAN.test(flags.expires) ? ' from now' : ''}?`, flags.yes, {
      refuse: () => refuseApproval(this.world, line, wish),
    });
    const approval = this.take(await approveRequest(this.world, this.caller, wish));
    this.say(`approved ${id}: ${describeWorth(approval)}`);
  }
}
