import { Args, Flags } from '@oclif/core';
import { planImport, performImport, tenantHere } from '../../broker/administration/import-env.js';
import { receives, type ImportPlan, type ImportWish, type PlannedKey } from '../../broker/administration/import-plan.js';
import { BaseCommand, jsonFlag, yesFlag } from '../../cli/base-command.js';
import { countWords } from '../../model/count-words.js';
import { parseName, type CredentialName, type TenantName } from '../../model/ids.js';

export default class ImportEnv extends BaseCommand {
  static override summary =
    'Put the keys of a .env file into a backend, with a credential and a grant for each. The plan is shown first, and no value ever is';
  static override examples = [
    '<%= config.bin %> import env .env --dry-run',
    '<%= config.bin %> import env .env --tenant acme --replace',
    '<%= config.bin %> import env .env --only GITHUB_TOKEN --name GITHUB_TOKEN=bot --yes',
  ];
  static override args = { file: Args.string({ required: true, description: 'the .env file' }) };
  static override flags = {
    tenant: Flags.string({ description: 'whose credentials they become; the tenant of this folder when left out' }),
    backend: Flags.string({ description: 'where the values go', default: 'embedded' }),
    only: Flags.string({ multiple: true, helpValue: 'KEY', description: 'import this key and no other that is not named so' }),
    skip: Flags.string({ multiple: true, helpValue: 'KEY', description: 'leave this key in the file' }),
    name: Flags.string({
      multiple: true,
      helpValue: 'KEY=CREDENTIAL',
      description: 'the credential’s name for a key; made from the key when left out',
    }),
    'no-grants': Flags.boolean({ description: 'make credentials and no grant' }),
    replace: Flags.boolean({ description: 'take the imported values out of the file; every other byte stays' }),
    backup: Flags.boolean({ description: 'keep the file as it was, beside it and readable by you alone', dependsOn: ['replace'] }),
    'dry-run': Flags.boolean({ description: 'show the plan and do nothing' }),
    json: jsonFlag,
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ImportEnv);
    if (flags.json && !flags['dry-run'] && !flags.yes) this.error('--json goes with --dry-run or --yes', { exit: 2 });
    const tenant =
      flags.tenant === undefined ? await tenantHere(this.world, this.caller) : this.readName<TenantName>(flags.tenant, 'a tenant');
    if (tenant === null) this.error('this folder has no tenant: say which with --tenant', { exit: 2 });
    const wish: ImportWish = {
      file: args.file,
      tenant,
      backend: flags.backend,
      only: flags.only ?? [],
      skip: flags.skip ?? [],
      names: this.#readNames(flags.name ?? []),
      grants: !flags['no-grants'],
      replace: flags.replace,
      backup: flags.backup,
    };
    const plan = this.take(await planImport(this.world, this.caller, wish));
    const taken = plan.keys.filter(({ action }) => action !== 'stays');
    if (!flags.json) this.#show(plan, wish);
    if (flags['dry-run']) {
      if (flags.json) this.printJson({ done: false, ...plan });
      return;
    }
    if (taken.length === 0) this.refuse(`${args.file} holds no key to import`, '--only KEY imports one that was not taken for a key');

    await this.confirm(`Import ${countWords(taken.length, 'key')} into the ${flags.backend} backend?`, flags.yes);
    const done = this.take(await performImport(this.world, this.caller, wish, plan));
    if (flags.json) this.printJson({ done: true, ...plan, after: done.file, backup: done.backup });
    this.say(`imported ${countWords(taken.length, 'key')} for tenant ${tenant}`);
    if (done.file === 'replaced')
      this.say(`${args.file} holds their values no more${done.backup === null ? '' : `; as it was: ${done.backup}`}`);
    else this.say(`${args.file} is as it was. Next: repeat with --replace to take the values out`);
    const [missing] = plan.grants.filter(({ added }) => !added);
    if (missing !== undefined) this.say(`next: outloop service add ${missing.service}`);
  }

  #readNames(pairs: readonly string[]): Record<string, CredentialName> {
    return Object.fromEntries(
      pairs.map((pair) => {
        const [key = '', text = '', ...more] = pair.split('=');
        const name = parseName<CredentialName>(text);
        if (key === '' || name === null || more.length > 0) {
          this.error('--name is written KEY=CREDENTIAL, the credential in lower-case letters, digits and hyphens', { exit: 2 });
        }
        return [key, name];
      }),
    );
  }

  #show(plan: ImportPlan, wish: ImportWish): void {
    this.table([['KEY', 'LINE', 'WHAT', 'GOES TO'], ...plan.keys.map((key) => this.#row(key, plan))]);
    for (const { id, permit, effects, bind } of plan.grants) {
      const slots = Object.entries(bind).map(([slot, name]) => `${slot}=${name}`);
      this.print(`grant ${id}: permit ${permit.join(' ')}, effect ${effects.join(' ')}, bind ${slots.join(' ')}`);
    }
    for (const note of plan.notes) this.say(`note: ${note}`, this.paintErr.yellow);
    if (wish.replace && receives(plan.keys))
      this.say(`${wish.file} will be replaced by one without these values${wish.backup ? ', and kept as it was beside it' : ''}`);
  }

  #row({ key, line, action, what, service, credential }: PlannedKey, { tenant }: ImportPlan): string[] {
    const where =
      credential === null
        ? 'stays'
        : `${tenant}/${credential.name} in ${credential.backend}${action === 'there' ? ' (there already)' : ''}`;
    return [key, String(line), service === null || action === 'stays' ? what : `${what} (${service})`, where];
  }
}
