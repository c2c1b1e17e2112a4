import { Args } from '@oclif/core';
import { lookAtTools, vetService } from '../../broker/administration/services.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { formatTable } from '../../cli/format-table.js';
import { countWords } from '../../model/count-words.js';
import type { ServiceName } from '../../model/ids.js';

export default class ServiceVet extends BaseCommand {
  static override summary = 'Pin the executables of a service’s command aliases as they are now';
  static override examples = ['<%= config.bin %> service vet github'];
  static override args = { service: Args.string({ required: true, description: 'the service' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServiceVet);
    const service = this.readName<ServiceName>(args.service, 'a service');
    const { pins, warnings } = this.take(await lookAtTools(this.world, service));
    if (pins.length === 0) return this.say(`service ${service} has no command aliases; there is nothing to pin`);
    for (const warning of warnings) this.say(`warning: ${warning}`, this.paintErr.yellow);
    const rows = pins.map(({ standing, path, sha256 }) => [standing, `${path} (sha256 ${sha256.slice(0, 16)}…)`]);
    for (const line of formatTable(rows)) this.say(line);
    await this.confirm(
      pins.length === 1 ? 'Trust this executable as it is now?' : `Trust these ${pins.length} executables as they are now?`,
      flags.yes,
      false,
    );
    this.take(await vetService(this.world, this.caller, service, pins));
    this.say(`pinned ${countWords(pins.length, 'executable')} of service ${service}`);
  }
}
