import { Args } from '@oclif/core';
import { refuseGrantRemoval, removeGrant } from '../../broker/administration/grants.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import type { GrantId, TenantName } from '../../model/ids.js';

export default class GrantRemove extends BaseCommand {
  static override summary = 'Take a grant away';
  static override examples = ['<%= config.bin %> grant remove acme github-list'];
  static override args = {
    tenant: Args.string({ required: true, description: 'the tenant' }),
    id: Args.string({ required: true, description: 'the grant’s id' }),
  };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GrantRemove);
    const tenant = this.readName<TenantName>(args.tenant, 'a tenant');
    const id = this.readName<GrantId>(args.id, 'a grant');
    await this.confirmChange(`Remove grant ${id} of tenant ${tenant}?`, flags.yes, {
      refuse: () => refuseGrantRemoval(this.world, tenant, id),
    });
    this.take(await removeGrant(this.world, this.caller, tenant, id));
    this.say(`removed grant ${id} of tenant ${tenant}`);
  }
}
