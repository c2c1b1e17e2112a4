import { Args } from '@oclif/core';
import { missTenant, setTenantStatus } from '../../broker/administration/tenants.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import type { TenantName } from '../../model/ids.js';

export default class TenantRestore extends BaseCommand {
  static override summary = 'Take a tenant’s revocation back';
  static override examples = ['<%= config.bin %> tenant restore acme'];
  static override args = { tenant: Args.string({ required: true, description: 'the tenant' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TenantRestore);
    const tenant = this.readName<TenantName>(args.tenant, 'a tenant');
    await this.confirmChange(`Restore tenant ${tenant}?`, flags.yes, { refuse: () => missTenant(this.world, tenant), otherwise: true });
    this.take(await setTenantStatus(this.world, this.caller, tenant, 'active'));
    this.say(`tenant ${tenant} is active`);
  }
}
