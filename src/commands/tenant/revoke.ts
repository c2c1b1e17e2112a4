import { Args } from '@oclif/core';
import { missTenant, setTenantStatus } from '../../broker/administration/tenants.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import type { TenantName } from '../../model/ids.js';

export default class TenantRevoke extends BaseCommand {
  static override summary = 'Deny a tenant everything from now on';
  static override examples = ['<%= config.bin %> tenant revoke acme'];
  static override args = { tenant: Args.string({ required: true, description: 'the tenant' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TenantRevoke);
    const tenant = this.readName<TenantName>(args.tenant, 'a tenant');
    await this.confirmChange(`Revoke tenant ${tenant}?`, flags.yes, { refuse: () => missTenant(this.world, tenant) });
    this.take(await setTenantStatus(this.world, this.caller, tenant, 'revoked'));
    this.say(`tenant ${tenant} is revoked`);
  }
}
