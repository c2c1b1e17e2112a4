import { Args } from '@oclif/core';
import { refuseServiceRemoval, removeService } from '../../broker/administration/services.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import type { ServiceName } from '../../model/ids.js';

export default class ServiceRemove extends BaseCommand {
  static override summary = 'Take a service away with all its aliases';
  static override examples = ['<%= config.bin %> service remove github'];
  static override args = { service: Args.string({ required: true, description: 'the service' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServiceRemove);
    const service = this.readName<ServiceName>(args.service, 'a service');
    await this.confirmChange(`Remove service ${service}?`, flags.yes, { refuse: () => refuseServiceRemoval(this.world, service) });
    this.take(await removeService(this.world, this.caller, service));
    this.say(`removed service ${service}`);
  }
}
