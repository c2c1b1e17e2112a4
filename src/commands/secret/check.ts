import { Args } from '@oclif/core';
import { checkSecret } from '../../broker/administration/secrets.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { splitSecretName } from '../../cli/secret-name.js';
import { isDenial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';

export default class SecretCheck extends BaseCommand {
  static override summary = 'Check that a credential’s reference gives a usable value, without showing it';
  static override examples = ['<%= config.bin %> secret check acme/github-bot'];
  static override args = { name: Args.string({ required: true, description: 'TENANT/NAME' }) };
  static override flags = { json: jsonFlag };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretCheck);
    const name = splitSecretName(args.name) ?? this.error('a credential is written TENANT/NAME', { exit: 2 });
    const fault = await checkSecret(this.world, name);
    const code = isDenial(fault) ? fault.code : null;
    const reason = isDenial(fault) ? describeDenial(fault).reason : (fault?.message ?? null);
    if (flags.json) this.printJson({ ...name, ok: fault === null, code, reason });
    if (fault !== null) this.take(fault);
    if (!flags.json) this.say(`${name.tenant}/${name.name} can be used`);
  }
}
