import { Args, Flags } from '@oclif/core';
import { setBackendToken } from '../../broker/administration/backend-tokens.js';
import { findPlace, pointSecret, setSecret } from '../../broker/administration/secrets.js';
import { refuseAgent } from '../../broker/administration/administer.js';
import { deny } from '../../denial/denial.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import { hasInput } from '../../cli/read-input.js';
import { readSecretValue } from '../../cli/read-secret.js';
import { describeSecretName, splitSecretName, splitTokenName } from '../../cli/secret-name.js';

export default class SecretSet extends BaseCommand {
  static override summary = 'Put a value into a backend, from a terminal without echo or from standard input';
  static override examples = [
    '<%= config.bin %> secret set acme/github-bot',
    'printf %s "$KEY" | <%= config.bin %> secret set acme/github-bot',
    "<%= config.bin %> secret set acme/billing --backend 1password --ref 'op://Acme/Stripe/secret key'",
    '<%= config.bin %> secret set @backends/doppler',
  ];
  static override args = {
    name: Args.string({ required: true, description: 'TENANT/NAME; @backends/NAME is the own token of a backend' }),
  };
  static override flags = {
    backend: Flags.string({
      helpValue: 'BACKEND',
      description: 'where it rests: embedded (the default), keychain, or a backend of settings.yaml',
    }),
    ref: Flags.string({
      helpValue: 'REFERENCE',
      description: 'the backend’s own name for it (TENANT/NAME when left out); no value is read where outloop does not fill the backend',
    }),
    'allow-short': Flags.boolean({ description: 'take a value shorter than 8 bytes, which is hard to hide' }),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretSet);
    const refused = refuseAgent(this.caller);
    if (refused !== null) this.take(refused);
    const token = splitTokenName(args.name);
    if (token !== null) return this.#setToken(token, flags);
    const name = splitSecretName(args.name) ?? this.error(describeSecretName(args.name), { exit: 2 });
    const wish = { ...name, backend: flags.backend ?? null, ref: flags.ref ?? null, allowShort: flags['allow-short'] };
    const place = this.take(await findPlace(this.world, wish));
    if (place.kind === 'pointer') {
      if (place.asksForValue || (!this.caller.terminal.stdin && (await hasInput()))) this.take(place.refusal);
      await this.confirm(`Point ${name.tenant}/${name.name} into the ${wish.backend ?? 'same'} backend?`, flags.yes);
      const { credential } = this.take(await pointSecret(this.world, this.caller, wish));
      return this.say(`${name.tenant}/${name.name} points into the ${credential.backend} backend. Next: outloop secret check ${args.name}`);
    }
    const shown = `${name.tenant}/${name.name}`;
    if (place.hasValue) await this.confirm(`${shown} has a value; replace it?`, flags.yes, false);
    const agreed = flags.yes || place.hasValue;
    const bytes = await this.#readValue({ name: args.name, question: `Value of ${shown}`, subject: `credential ${shown}` }, agreed);
    try {
      const { credential, replaced, doubts } = this.take(await setSecret(this.world, this.caller, wish, bytes));
      this.say(`${replaced ? 'replaced' : 'set'} ${shown} in the ${credential.backend} backend`);
      for (const doubt of doubts) {
        this.say(`warning: ${shown}: ${doubt}; it is stored as it is. To set another: outloop secret set ${shown}`, this.paintErr.yellow);
      }
    } finally {
      bytes.fill(0);
    }
  }

  async #setToken(
    backend: string,
    flags: { readonly backend: string | undefined; readonly ref: string | undefined; readonly yes: boolean },
  ): Promise<void> {
    if (flags.backend !== undefined || flags.ref !== undefined)
      this.error('settings.yaml says where a backend’s own token rests: --backend and --ref do not apply', { exit: 2 });
    const asked = {
      name: `@backends/${backend}`,
      question: `Token of the ${backend} backend`,
      subject: `the token of the ${backend} backend`,
    };
    const bytes = await this.#readValue(asked, flags.yes);
    try {
      const { home } = this.take(await setBackendToken(this.world, this.caller, backend, bytes));
      this.say(`set the token of the ${backend} backend in the ${home} backend. Next: outloop backend check ${backend}`);
    } finally {
      bytes.fill(0);
    }
  }

  /** The bytes are the caller's to wipe. */
  async #readValue({ name, question, subject }: Asked, yes: boolean): Promise<Buffer> {
    // Where the value is typed, typing it is the answer; a question before it would let what is typed too early show.
    const { stdin } = this.caller.terminal;
    const [tenant = '', credential = ''] = name.split('/');
    if (!stdin) await this.confirm(`Set the value of ${subject}?`, yes);
    const input = await readSecretValue(stdin, question);
    switch (input.kind) {
      case 'value':
        return input.bytes;
      case 'too-long':
        return this.deny(deny('SECRET_UNUSABLE', { tenant, credential, detail: 'it is longer than 64 KiB' }));
      case 'several-lines':
        return this.refuse(`${subject}: more than one line was pasted, and nothing was stored`, `outloop secret set ${name} < FILE`);
    }
  }
}

/** What is asked for: its name on the command line, the question for it, and its subject in a sentence. */
type Asked = { readonly name: string; readonly question: string; readonly subject: string };
