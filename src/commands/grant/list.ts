import { Args } from '@oclif/core';
import { faultsOf, listTenants, missTenant } from '../../broker/administration/tenants.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { describeGrant } from '../../cli/describe-grant.js';
import type { TenantName } from '../../model/ids.js';

export default class GrantList extends BaseCommand {
  static override summary = 'List the grants of a tenant, or of all';
  static override examples = ['<%= config.bin %> grant list acme'];
  static override args = { tenant: Args.string({ description: 'the tenant; all of them when left out' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GrantList);
    const tenant = args.tenant === undefined ? null : this.readName<TenantName>(args.tenant, 'a tenant');
    const missed = tenant === null ? null : missTenant(this.world, tenant);
    if (missed !== null) this.take(missed);
    const lines = this.take(await listTenants(this.world));
    const tenants = lines.flatMap((line) =>
      line.kind === 'tenant' && (tenant ?? line.tenant.tenant) === line.tenant.tenant ? [line.tenant] : [],
    );
    if (tenant !== null && tenants.length === 0) this.refuse(`the file of tenant ${tenant} is not valid`, 'outloop doctor');
    const grants = tenants.flatMap(({ tenant: whose, grants: own }) => own.map((grant) => ({ tenant: whose, ...grant })));
    const faults = tenant === null ? faultsOf(lines) : [];
    if (flags.json) {
      this.printJson(grants);
      return this.endWithFaults(faults);
    }
    if (grants.length === 0 && faults.length === 0)
      return this.sayNone('there are no grants: everything is denied', 'outloop grant add TENANT --permit PATTERN --bind SLOT=CREDENTIAL');
    this.table(
      grants.map((grant) => [grant.tenant, grant.id, grant.effect, grant.patterns.join(' '), describeGrant(grant)]),
      grants.length === 0 ? null : ['TENANT', 'GRANT', 'EFFECT', 'ALIASES', 'WITH'],
    );
    this.endWithFaults(faults);
  }
}
