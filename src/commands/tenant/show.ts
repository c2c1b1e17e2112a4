import { Args } from '@oclif/core';
import { listTenants } from '../../broker/administration/tenants.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { describeGrant } from '../../cli/describe-grant.js';
import { deny } from '../../denial/denial.js';
import type { TenantName } from '../../model/ids.js';
import { formatProblem } from '../../model/problem.js';

export default class TenantShow extends BaseCommand {
  static override summary = 'Show a tenant: its credentials’ names and its grants';
  static override examples = ['<%= config.bin %> tenant show acme'];
  static override args = { tenant: Args.string({ required: true, description: 'the tenant' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TenantShow);
    const name = this.readName<TenantName>(args.tenant, 'a tenant');
    const lines = this.take(await listTenants(this.world));
    const line = lines.find((one) => (one.kind === 'tenant' ? one.tenant.tenant === name : one.file.startsWith(`tenants/${name}.`)));
    if (line === undefined) this.deny(deny('TENANT_UNKNOWN', { tenant: name }));
    if (flags.json) this.printJson(line.kind === 'tenant' ? line.tenant : line);
    if (line.kind === 'invalid') this.refuse(line.problems.map(formatProblem).join('; '));
    if (flags.json) return;
    const { tenant } = line;
    this.print(`${tenant.tenant}: ${tenant.status}`);
    this.table(Object.entries(tenant.credentials).map(([name, { backend, ref }]) => ['  credential', name, backend, ref]));
    this.table(tenant.grants.map((grant) => [`  ${grant.effect}`, grant.id, grant.patterns.join(' '), describeGrant(grant)]));
  }
}
