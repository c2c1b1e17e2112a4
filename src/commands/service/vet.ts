import { Args } from '@oclif/core';
import { vetService } from '../../broker/administration/services.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import type { ServiceName } from '../../model/ids.js';

export default class ServiceVet extends BaseCommand {
  static override summary = 'Pin the executables of a service’s command aliases as they are now';
  static override examples = ['<%= config.bin %> service vet github'];
  static override args = { service: Args.string({ required: true, description: 'the service' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServiceVet);
    const service = this.readName<ServiceName>(args.service, 'a service');
    await this.confirm(`Trust the executables of service ${service} as they are now?`, flags.yes);
    const { pins, warnings } = this.take(await vetService(this.world, this.caller, service));
    for (const warning of warnings) this.say(this.paintErr.yellow(`warning: ${warning}`));
    for (const { path, sha256 } of pins) this.say(`pinned ${path} (sha256 ${sha256.slice(0, 16)}…)`);
    if (pins.length === 0) this.say(`service ${service} has no command aliases; nothing to pin`);
  }
}
