import { Flags } from '@oclif/core';
import { refuseAgent } from '../../broker/administration/administer.js';
import { pruneRequests } from '../../broker/administration/prune-requests.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { countWords } from '../../model/count-words.js';
import { parseSpan } from '../../model/span.js';

export default class RequestsPrune extends BaseCommand {
  static override summary = 'Take away approvals that are used or over, and requests about aliases that have changed';
  static override examples = ['<%= config.bin %> requests prune', '<%= config.bin %> requests prune --waiting --older-than 7d'];
  static override flags = {
    waiting: Flags.boolean({ description: 'also requests that wait' }),
    rejected: Flags.boolean({ description: 'also rejections, after which the same may be asked for again' }),
    'older-than': Flags.string({ helpValue: 'TIME', description: 'only what was last asked for so long ago: 12h, 7d' }),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RequestsPrune);
    const refused = refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const olderThanMs = flags['older-than'] === undefined ? 0 : parseSpan(flags['older-than']);
    if (olderThanMs === null) this.error('--older-than needs a time such as 12h or 7d', { exit: 2 });
    await this.confirm('Take away what can have no effect any more?', flags.yes, false);
    const { removed } = this.take(
      await pruneRequests(this.world, this.caller, { waiting: flags.waiting, rejected: flags.rejected, olderThanMs }),
    );
    this.say(`removed ${countWords(removed, 'request')}`);
  }
}
