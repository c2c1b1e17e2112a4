import { listLinks } from '../broker/administration/link-lines.js';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';

export default class Links extends BaseCommand {
  static override summary = 'List the linked folders, and in which of them every run is refused';
  static override examples = ['<%= config.bin %> links', '<%= config.bin %> links --json'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Links);
    const linked = this.take(await listLinks(this.world));
    if (flags.json) return this.printJson(linked.links);
    if (linked.kind === 'ci') {
      this.say(`a CI’s state: these folders of ${linked.repository} are linked in the checkouts of its jobs (${linked.provider})`);
      const rows = linked.links.map(({ tenant, project, path, id }) => [tenant, project, path === '' ? '.' : path, id]);
      return this.table(rows, ['TENANT', 'PROJECT', 'FOLDER', 'ID']);
    }
    const { links } = linked;
    if (links.length === 0) return this.sayNone('no folder is linked', 'outloop link --tenant T --project P');
    this.table(
      links.map(({ tenant, project, directory, id, state }) => [tenant, project, directory, id, state]),
      ['TENANT', 'PROJECT', 'FOLDER', 'ID', 'STATE'],
    );
  }
}
