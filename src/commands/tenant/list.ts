import { listTenants } from '../../broker/administration/tenants.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { countWords } from '../../model/count-words.js';
import { formatProblem } from '../../model/problem.js';

export default class TenantList extends BaseCommand {
  static override summary = 'List the tenants';
  static override examples = ['<%= config.bin %> tenant list --json'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(TenantList);
    const lines = this.take(await listTenants(this.world));
    if (flags.json) return this.printJson(lines);
    if (lines.length === 0) return this.sayNone('there is no tenant yet', 'outloop tenant add NAME');
    const rows = lines.map((line) =>
      line.kind === 'tenant'
        ? [
            line.tenant.tenant,
            line.tenant.status,
            countWords(line.tenant.grants.length, 'grant'),
            countWords(Object.keys(line.tenant.credentials).length, 'credential'),
          ]
        : [line.file, 'invalid', line.problems[0] === undefined ? '' : formatProblem(line.problems[0]), ''],
    );
    this.table(rows, ['TENANT', 'STATUS', 'GRANTS', 'CREDENTIALS']);
  }
}
