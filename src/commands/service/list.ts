import { listServices } from '../../broker/administration/services.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { countWords } from '../../model/count-words.js';
import { formatProblem } from '../../model/problem.js';

export default class ServiceList extends BaseCommand {
  static override summary = 'List the services';
  static override examples = ['<%= config.bin %> service list'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(ServiceList);
    const lines = this.take(await listServices(this.world));
    if (flags.json) return this.printJson(lines);
    if (lines.length === 0) return this.sayNone('there is no service yet', 'outloop service add github');
    const rows = lines.map((line) =>
      line.kind === 'service'
        ? [line.service.service, line.service.title, countWords(line.aliases.length, 'alias', 'aliases')]
        : [line.file, 'invalid', line.problems[0] === undefined ? '' : formatProblem(line.problems[0])],
    );
    this.table(rows, ['SERVICE', 'TITLE', 'ALIASES']);
  }
}
