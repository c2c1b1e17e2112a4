import { Args } from '@oclif/core';
import { refuseTokenRemoval, removeBackendToken } from '../../broker/administration/backend-tokens.js';
import { refuseSecretRemoval, removeSecret } from '../../broker/administration/remove-secret.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { describeSecretName, splitSecretName, splitTokenName } from '../../cli/secret-name.js';

export default class SecretRemove extends BaseCommand {
  static override summary = 'Take a credential and its value away';
  static override examples = ['<%= config.bin %> secret remove acme/github-bot'];
  static override args = { name: Args.string({ required: true, description: 'TENANT/NAME, or @backends/NAME' }) };
  static override flags = { yes: yesFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretRemove);
    const token = splitTokenName(args.name);
    if (token !== null) {
      const refuse = () => refuseTokenRemoval(this.world, token);
      await this.confirmChange(`Remove the own token of the ${token} backend?`, flags.yes, { refuse });
      this.take(await removeBackendToken(this.world, this.caller, token));
      return this.say(`removed the token of the ${token} backend`);
    }
    const name = splitSecretName(args.name) ?? this.error(describeSecretName(args.name), { exit: 2 });
    await this.confirmChange(`Remove ${name.tenant}/${name.name} and its value?`, flags.yes, {
      refuse: () => refuseSecretRemoval(this.world, name),
    });
    const { keptFor, isOrphan } = this.take(await removeSecret(this.world, this.caller, name));
    if (isOrphan) return this.say(`removed the value of ${name.tenant}/${name.name}, which had no credential`);
    const kept = keptFor === null ? '' : `; its value stays, since ${name.tenant}/${keptFor} uses it`;
    this.say(`removed ${name.tenant}/${name.name}${kept}`);
  }
}
