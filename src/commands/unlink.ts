import { Args } from '@oclif/core';
import { refuseAgent } from '../broker/administration/administer.js';
import { findLinked, unlinkFolder, type LinkedWish } from '../broker/administration/links.js';
import { BaseCommand, yesFlag } from '../cli/base-command.js';
import { composeFolder, locateFolder } from '../compose.js';
import { parseLinkId } from '../model/ids.js';
import { showText } from '../model/show-text.js';

export default class Unlink extends BaseCommand {
  static override summary = 'Take a folder’s approval back; its .outloop file stays';
  static override examples = ['<%= config.bin %> unlink', '<%= config.bin %> unlink ~/clients/acme'];
  static override args = {
    link: Args.string({ description: 'the folder, which may be gone, or the id of its link; this folder where it is left out' }),
  };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Unlink);
    const refused = refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const { directory, tenant, project } = this.take(findLinked(this.world, this.#readWish(args.link)));
    await this.confirm(`Take back the approval of ${showText(directory)}?`, flags.yes, false);
    this.take(await unlinkFolder(this.world, this.caller, directory));
    this.say(`unlinked ${showText(directory)} from ${tenant}/${project}`);
  }

  #readWish(typed: string | undefined): LinkedWish {
    const id = parseLinkId(typed ?? '');
    if (id !== null) return { kind: 'id', id };
    if (typed !== undefined) return { kind: 'folder', paths: locateFolder(typed) };
    const folder = composeFolder() ?? this.refuse('the current folder is gone');
    return { kind: 'folder', paths: [folder.directory] };
  }
}
