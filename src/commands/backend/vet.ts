import { Args } from '@oclif/core';
import { lookAtProgram, vetBackend } from '../../broker/administration/backends.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';

export default class BackendVet extends BaseCommand {
  static override summary = 'Pin the program that a backend runs as it is now';
  static override examples = ['<%= config.bin %> backend vet 1password'];
  static override args = { backend: Args.string({ required: true, description: 'the backend, as a credential names it' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackendVet);
    const { pin, warnings } = this.take(await lookAtProgram(this.world, args.backend));
    for (const warning of warnings) this.say(`warning: ${warning}`, this.paintErr.yellow);
    this.say(`${pin.path} (sha256 ${pin.sha256.slice(0, 16)}…)`);
    await this.confirm('Trust this program as it is now?', flags.yes, false);
    this.take(await vetBackend(this.world, this.caller, args.backend, pin));
    this.say(`pinned the program of the ${args.backend} backend`);
  }
}
