import { Flags } from '@oclif/core';
import { initialise } from '../broker/administration/init.js';
import { BaseCommand } from '../cli/base-command.js';

/** What is keyed with `audit/key` and is not made again by itself. */
const SEALED = 'schedules and approvals that were given before hold no longer';

export default class Init extends BaseCommand {
  static override summary = 'Make the operator state with the embedded store; safe to repeat';
  static override examples = ['<%= config.bin %> init'];
  static override flags = {
    'vault-key': Flags.option({
      options: ['auto', 'file', 'keychain'] as const,
      default: 'auto' as const,
      description: 'where the embedded store’s key rests',
    })(),
  };

  // It asks for nothing, so it has no --yes.
  protected override get isAnOperators(): boolean {
    return true;
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Init);
    const { made, was, vaultKey, home, record } = this.take(await initialise(this.world, flags['vault-key']));
    const variable = vaultKey.startsWith('env:') ? vaultKey.slice('env:'.length) : null;
    if (variable !== null) {
      this.say(`${made.length === 0 ? 'everything is there already' : 'made what the runs of this CI’s state write'}, in ${record}`);
      return this.say(`the embedded store’s key comes from the CI’s own store, in ${variable}`);
    }
    if (made.length === 0) this.say(`everything is there already, in ${home}`);
    else this.say(was === 'absent' ? `made the operator state in ${home}` : `made what was missing of the operator state in ${home}`);
    if (was === 'without-log') this.say(`the audit log was gone, and begins anew: ${SEALED}`, (text) => this.paintErr.yellow(text));
    if (was === 'without-key') this.say(`audit/key was gone, and is another now: ${SEALED}`, (text) => this.paintErr.yellow(text));
    this.say(`the embedded store’s key rests in ${vaultKey === 'keychain' ? 'the OS keychain' : 'a file that only you can read'}`);
    if (!this.isAgent) this.say('next: outloop tenant add NAME');
  }
}
