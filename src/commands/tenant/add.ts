import { Args } from '@oclif/core';
import { addTenant, refuseTenant } from '../../broker/administration/tenants.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import type { TenantName } from '../../model/ids.js';

export default class TenantAdd extends BaseCommand {
  static override summary = 'Add a tenant (a client); it permits nothing yet';
  static override examples = ['<%= config.bin %> tenant add acme'];
  static override args = { tenant: Args.string({ required: true, description: 'the tenant’s name' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TenantAdd);
    const tenant = this.readName<TenantName>(args.tenant, 'a tenant');
    await this.confirmChange(`Add tenant ${tenant}?`, flags.yes, { refuse: () => refuseTenant(this.world, tenant), otherwise: true });
    this.take(await addTenant(this.world, this.caller, tenant));
    this.say(`added tenant ${tenant}`);
    this.say(`next: outloop service add github, then outloop secret set ${tenant}/NAME`);
  }
}
