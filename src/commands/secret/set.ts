import { Args, Flags } from '@oclif/core';
import { setSecret } from '../../broker/administration/secrets.js';
import { refuseAgent } from '../../broker/administration/administer.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { readSecretValue } from '../../cli/read-secret.js';
import { splitSecretName } from '../../cli/secret-name.js';

export default class SecretSet extends BaseCommand {
  static override summary = 'Put a value into a backend, from a terminal without echo or from standard input';
  static override examples = [
    '<%= config.bin %> secret set acme/github-bot',
    'printf %s "$KEY" | <%= config.bin %> secret set acme/github-bot',
  ];
  static override args = { name: Args.string({ required: true, description: 'TENANT/NAME' }) };
  static override flags = {
    backend: Flags.string({ helpValue: 'BACKEND', description: 'where it rests: embedded (the default) or keychain' }),
    ref: Flags.string({ helpValue: 'REFERENCE', description: 'the backend’s own name for it; TENANT/NAME when left out' }),
    'allow-short': Flags.boolean({ description: 'take a value shorter than 8 bytes, which is hard to hide' }),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretSet);
    const name = splitSecretName(args.name) ?? this.error('a credential is written TENANT/NAME', { exit: 2 });
    const refused = refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    // Where the value is typed, typing it is the answer; a question before it would let what is typed too early show.
    const { stdin } = this.caller.terminal;
    if (!stdin) await this.confirm(`Set the value of ${name.tenant}/${name.name}?`, flags.yes);
    const bytes = await readSecretValue(stdin, `Value of ${name.tenant}/${name.name}`);
    if (bytes === null) this.refuse(`credential ${name.tenant}/${name.name}: it is longer than 64 KiB`);
    try {
      const wish = { ...name, backend: flags.backend ?? null, ref: flags.ref ?? null, allowShort: flags['allow-short'] };
      const { credential } = this.take(await setSecret(this.world, this.caller, wish, bytes));
      this.say(`set ${name.tenant}/${name.name} in the ${credential.backend} backend`);
    } finally {
      bytes.fill(0);
    }
  }
}
