import { listBackends } from '../../broker/administration/backends.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';

export default class BackendList extends BaseCommand {
  static override summary = 'List the backends that are in use or set up, and where their own tokens rest';
  static override examples = ['<%= config.bin %> backend list'];
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(BackendList);
    const backends = this.take(await listBackends(this.world));
    if (flags.json) return this.printJson(backends);
    this.table([
      ['BACKEND', 'KIND', 'PLACE', 'TOKEN', 'TENANTS'],
      ...backends.map(({ name, kind, place, token, tenants, listed }) => [
        name,
        kind,
        place,
        token ?? 'none',
        `${tenants.length === 0 ? 'none' : tenants.join(' ')}${listed ? '' : ' (references not listed)'}`,
      ]),
    ]);
  }
}
