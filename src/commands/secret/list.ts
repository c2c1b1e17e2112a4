import { Args } from '@oclif/core';
import { listSecrets } from '../../broker/administration/secrets.js';
import { listTenants } from '../../broker/administration/tenants.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import type { TenantName } from '../../model/ids.js';

export default class SecretList extends BaseCommand {
  static override summary = 'List credentials by name; values are never shown';
  static override examples = ['<%= config.bin %> secret list acme'];
  static override args = { tenant: Args.string({ description: 'the tenant; all of them when left out' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretList);
    const tenants =
      args.tenant === undefined
        ? this.take(await listTenants(this.world)).flatMap((line) => (line.kind === 'tenant' ? [line.tenant.tenant] : []))
        : [this.readName<TenantName>(args.tenant, 'a tenant')];
    const secrets = [];
    for (const tenant of tenants) secrets.push(...this.take(await listSecrets(this.world, tenant)));
    if (flags.json) return this.printJson(secrets);
    if (secrets.length === 0) return this.say('there are no credentials. Next: outloop secret set TENANT/NAME');
    this.table(
      secrets.map(({ tenant, name, credential }) => [`${tenant}/${name}`, credential.backend, credential.ref]),
      ['CREDENTIAL', 'BACKEND', 'REFERENCE'],
    );
  }
}
