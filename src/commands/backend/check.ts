import { Args } from '@oclif/core';
import { checkBackend } from '../../broker/administration/backends.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';

export default class BackendCheck extends BaseCommand {
  static override summary = 'Ask a backend whether it would answer now; no credential is read';
  static override examples = ['<%= config.bin %> backend check 1password'];
  static override args = { backend: Args.string({ required: true, description: 'the backend, as a credential names it' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BackendCheck);
    const { name, kind, detail, fix } = this.take(await checkBackend(this.world, args.backend));
    if (flags.json) this.printJson({ name, kind, detail, fix });
    const line = `${name} is ${kind}${detail === '' ? '' : `: ${detail}`}`;
    if (kind !== 'ready') this.refuse(fix === null ? line : `${line}. Fix: ${fix}`);
    if (!flags.json) this.say(line);
  }
}
