import { Args } from '@oclif/core';
import { listSecrets } from '../../broker/administration/secrets.js';
import { faultsOf, listTenants } from '../../broker/administration/tenants.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import type { TenantName } from '../../model/ids.js';

export default class SecretList extends BaseCommand {
  static override summary = 'List credentials by name; values are never shown';
  static override examples = ['<%= config.bin %> secret list acme'];
  static override args = { tenant: Args.string({ description: 'the tenant; all of them when left out' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretList);
    const lines = args.tenant === undefined ? this.take(await listTenants(this.world)) : [];
    const tenants =
      args.tenant === undefined
        ? lines.flatMap((line) => (line.kind === 'tenant' ? [line.tenant.tenant] : []))
        : [this.readName<TenantName>(args.tenant, 'a tenant')];
    const faults = faultsOf(lines);
    const secrets = [];
    for (const tenant of tenants) secrets.push(...this.take(await listSecrets(this.world, tenant)));
    if (flags.json) {
      this.printJson(secrets);
      return this.endWithFaults(faults);
    }
    if (secrets.length === 0 && faults.length === 0) return this.sayNone('there are no credentials', 'outloop secret set TENANT/NAME');
    this.table(
      secrets.map(({ tenant, name, credential }) => [`${tenant}/${name}`, credential.backend, credential.ref]),
      secrets.length === 0 ? null : ['CREDENTIAL', 'BACKEND', 'REFERENCE'],
    );
    this.endWithFaults(faults);
  }
}
