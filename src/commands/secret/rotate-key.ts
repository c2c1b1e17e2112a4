import { rotateVaultKey } from '../../broker/administration/secrets.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { countWords } from '../../model/count-words.js';

export default class SecretRotateKey extends BaseCommand {
  static override summary = 'Change the embedded store’s key and seal every entry anew';
  static override examples = ['<%= config.bin %> secret rotate-key'];
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(SecretRotateKey);
    await this.confirm('Change the embedded store’s key?', flags.yes, false);
    const { entries, oldKeyLeft } = this.take(await rotateVaultKey(this.world, this.caller));
    this.say(`the key is new; ${countWords(entries, 'entry was', 'entries were')} sealed anew`);
    if (oldKeyLeft)
      this.say('warning: the old key could not be removed; the next outloop secret rotate-key tries it again', this.paintErr.yellow);
  }
}
