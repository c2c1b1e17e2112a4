import { Flags } from '@oclif/core';
import { approveLink, proposeLink } from '../broker/administration/links.js';
import { refuseAgent } from '../broker/administration/administer.js';
import { BaseCommand, yesFlag } from '../cli/base-command.js';
import { composeFolder } from '../compose.js';
import type { ProjectName, TenantName } from '../model/ids.js';
import { showText } from '../model/show-text.js';

export default class Link extends BaseCommand {
  static override summary = 'Bind this folder to a tenant and project';
  static override examples = ['<%= config.bin %> link --tenant acme --project website', '<%= config.bin %> link'];
  static override flags = {
    tenant: Flags.string({ helpValue: 'TENANT', description: 'the tenant; left out where the folder has an .outloop file already' }),
    project: Flags.string({ helpValue: 'PROJECT', description: 'the project of the tenant' }),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Link);
    const refused = refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const tenant = flags.tenant === undefined ? null : this.readName<TenantName>(flags.tenant, 'a tenant');
    const project = flags.project === undefined ? null : this.readName<ProjectName>(flags.project, 'a project');
    const plan = this.take(await proposeLink(this.world, { folder: composeFolder(), tenant, project }));
    const { entry } = plan;
    if (plan.write === null) {
      this.say('this folder has an .outloop file, and these very bytes would be approved:');
      for (const line of Buffer.from(plan.file).toString('utf8').trimEnd().split('\n')) process.stderr.write(`  ${showText(line)}\n`);
    }
    await this.confirm(`Link ${showText(entry.directory)} to tenant ${entry.tenant}, project ${entry.project}?`, flags.yes);
    this.take(await approveLink(this.world, this.caller, plan));
    this.say(`linked ${showText(entry.directory)} to ${entry.tenant}/${entry.project}`);
    this.say('next: outloop aliases');
  }
}
