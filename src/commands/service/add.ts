import { Args, Flags } from '@oclif/core';
import { addService, refuseAddition } from '../../broker/administration/add-service.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { countWords } from '../../model/count-words.js';

export default class ServiceAdd extends BaseCommand {
  static override summary = 'Add a service: a template that comes with outloop, or a file of your own';
  static override examples = ['<%= config.bin %> service add github', '<%= config.bin %> service add ./billing.yaml'];
  static override args = { source: Args.string({ required: true, description: 'a template’s name or a FILE.yaml' }) };
  static override flags = { replace: Flags.boolean({ description: 'put it in the place of the one that is there' }), yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ServiceAdd);
    const { source } = args;
    await this.confirmChange(
      flags.replace ? `Add service ${source}, in the place of one that may be there?` : `Add service ${source}?`,
      flags.yes,
      {
        refuse: () => refuseAddition(this.world, source, flags.replace),
        otherwise: !flags.replace,
      },
    );
    const added = this.take(await addService(this.world, this.caller, source, flags.replace));
    for (const warning of added.warnings) this.say(`warning: ${warning}`, this.paintErr.yellow);
    this.say(`added service ${added.service} with ${countWords(added.aliases.length, 'alias', 'aliases')}`);
    this.say(
      added.commands
        ? `next: outloop service vet ${added.service}`
        : 'next: outloop grant add TENANT --permit PATTERN --bind SLOT=CREDENTIAL',
    );
  }
}
