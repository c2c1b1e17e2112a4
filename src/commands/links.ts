import { listLinks } from '../broker/administration/link-lines.js';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';

export default class Links extends BaseCommand {
  static override summary = 'List the linked folders, and in which of them every run is refused';
  static override examples = ['<%= config.bin %> links', '<%= config.bin %> links --json'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Links);
    const links = this.take(await listLinks(this.world));
    if (flags.json) return this.printJson(links);
    if (links.length === 0) return this.sayNone('no folder is linked', 'outloop link --tenant T --project P');
    this.table(
      links.map(({ tenant, project, directory, id, state }) => [tenant, project, directory, id, state]),
      ['TENANT', 'PROJECT', 'FOLDER', 'ID', 'STATE'],
    );
  }
}
