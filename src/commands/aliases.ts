import { Flags } from '@oclif/core';
import { readMenu, writeMenu, type MenuLine } from '../broker/administration/menu.js';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';
import { describeParams, formatParams } from '../cli/describe-params.js';
import { describeSchema } from '../cli/param-schema.js';
import { readAssertions } from '../cli/run-request.js';
import { writeCommand } from '../cli/write-command.js';

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
    const wish = {
      caller: this.caller,
      claim: flags.as ?? this.claim,
      assertedTenants: readAssertions({ tenant: null }, this.caller.env),
      all: flags.all,
    };
    if (flags.json) {
      const { link, principal, rows, faults } = this.take(
        await writeMenu(this.world, wish, (line) => `\n${JSON.stringify(describeLine(line))}`),
      );
      process.stdout.write(`${JSON.stringify({ tenant: link.tenant, project: link.project, principal }).slice(0, -1)},"aliases":[`);
      process.stdout.write(rows);
      this.print('\n]}');
      return this.endWithFaults(faults);
    }
    const { link, principal, lines, faults } = this.take(await readMenu(this.world, wish));
    if (lines.length === 0 && faults.length === 0) {
      if (flags.all) return this.sayNone('no service defines an alias', 'outloop service add TEMPLATE, or FILE.yaml');
      return this.say(`nothing may run here now as ${principal} for ${link.tenant}/${link.project}; --all shows why`);
    }
    this.table(
      lines.map(({ alias, pins, approve, extra, denied }) => [
        alias.alias,
        alias.effect,
        denied ?? (approve === null ? '' : `approve ${approve}`),
        [formatParams(alias.params, pins), extra === null ? '' : '[-- …]'].filter((part) => part !== '').join(' '),
        alias.title,
      ]),
    );
    this.endWithFaults(faults);
  }
}

/** An alias for an agent: what it may give, by schema, and the command to type. */
function describeLine({ alias, pins, approve, extra, denied }: MenuLine) {
  return {
    alias: alias.alias,
    title: alias.title,
    effect: alias.effect,
    service: alias.service.service,
    command: writeCommand(alias, pins),
    params: describeParams(alias.params),
    schema: describeSchema(alias.params, pins),
    pins,
    allowed: denied === null,
    approve,
    args: extra,
    ...(denied === null ? {} : { code: denied }),
  };
}
