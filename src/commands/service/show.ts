import { Args } from '@oclif/core';
import { findService, listServices } from '../../broker/administration/services.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { formatProblem } from '../../model/problem.js';

export default class ServiceShow extends BaseCommand {
  static override summary = 'Show a service: its slots and aliases';
  static override examples = ['<%= config.bin %> service show github'];
  static override args = { service: Args.string({ required: true, description: 'the service' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServiceShow);
    const lines = this.take(await listServices(this.world));
    const line = findService(lines, args.service);
    if (line === undefined) this.refuse(`there is no service ${args.service}`, 'outloop service list');
    if (flags.json) this.printJson(line);
    if (line.kind === 'invalid') this.refuse(line.problems.map(formatProblem).join('; '));
    if (flags.json) return;
    this.print(`${line.service.service}: ${line.service.title}${line.service.base === null ? '' : ` (${line.service.base})`}`);
    this.table(Object.entries(line.service.slots).map(([slot, { scheme, hosts }]) => ['  slot', slot, scheme, hosts.join(' ')]));
    this.table(
      line.aliases.map(({ alias, effect, title, action }) => [
        `  ${alias}`,
        effect,
        `${title}${action.kind === 'command' && action.tty ? ' (on a terminal)' : ''}`,
      ]),
    );
  }
}
