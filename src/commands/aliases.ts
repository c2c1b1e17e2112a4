import { Flags } from '@oclif/core';
import { readMenu } from '../broker/administration/menu.js';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';
import { describeParams, formatParams } from '../cli/describe-params.js';

export default class Aliases extends BaseCommand {
  static override summary = 'List what this caller may run in this folder';
  static override examples = ['<%= config.bin %> aliases', '<%= config.bin %> aliases --json'];
  static override flags = {
    all: Flags.boolean({ description: 'also what may not run here, with the denial’s code' }),
    as: Flags.string({ helpValue: 'PRINCIPAL', description: 'as this principal: agent:claude' }),
    json: jsonFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Aliases);
    const { link, principal, lines } = this.take(await readMenu(this.world, this.caller, flags.as ?? this.claim, flags.all));
    if (flags.json) {
      const aliases = lines.map(({ alias, pins, denied }) => ({
        alias: alias.alias,
        title: alias.title,
        effect: alias.effect,
        service: alias.service.service,
        params: describeParams(alias.params),
        pins,
        allowed: denied === null,
        ...(denied === null ? {} : { code: denied }),
      }));
      return this.printJson({ tenant: link.tenant, project: link.project, principal, aliases });
    }
    if (lines.length === 0) return this.say(`nothing may run here as ${principal} for ${link.tenant}/${link.project}`);
    this.table(
      lines.map(({ alias, pins, denied }) => [alias.alias, alias.effect, denied ?? '', formatParams(alias.params, pins), alias.title]),
    );
  }
}
