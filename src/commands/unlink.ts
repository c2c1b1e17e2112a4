import { unlinkFolder } from '../broker/administration/links.js';
import { BaseCommand, yesFlag } from '../cli/base-command.js';
import { composeFolder } from '../compose.js';
import { showText } from '../model/show-text.js';

export default class Unlink extends BaseCommand {
  static override summary = 'Take this folder’s approval back; its .outloop file stays';
  static override examples = ['<%= config.bin %> unlink'];
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Unlink);
    const folder = composeFolder();
    if (folder === null) this.refuse('the current folder is gone');
    await this.confirm(`Take back the approval of ${showText(folder.directory)}?`, flags.yes, false);
    const removed = this.take(await unlinkFolder(this.world, this.caller, folder.directory));
    this.say(`unlinked ${showText(removed.directory)} from ${removed.tenant}/${removed.project}`);
  }
}
