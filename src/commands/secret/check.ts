import { Args, Flags } from '@oclif/core';
import { checkAllSecrets } from '../../broker/administration/check-secrets.js';
import { checkSecret } from '../../broker/administration/secrets.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { describeSecretName, splitSecretName } from '../../cli/secret-name.js';
import { isDenial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import type { TenantName } from '../../model/ids.js';
import { isRefusal } from '../../model/refusal.js';

const DAY_MS = 86_400_000;

export default class SecretCheck extends BaseCommand {
  static override summary = 'Check that a credential’s reference gives a usable value, without showing it';
  static override examples = [
    '<%= config.bin %> secret check acme/github-bot',
    '<%= config.bin %> secret check --all',
    '<%= config.bin %> secret check --all acme --json',
  ];
  static override args = { name: Args.string({ description: 'TENANT/NAME; with --all a tenant, or nothing for all of them' }) };
  static override flags = {
    all: Flags.boolean({ description: 'check every credential, with its age where the backend tells it' }),
    json: jsonFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretCheck);
    if (flags.all) return this.#checkAll(args.name, flags.json);
    const name =
      splitSecretName(args.name ?? '') ?? this.error(`${describeSecretName(args.name ?? '')}; --all checks every one`, { exit: 2 });
    const answer = await checkSecret(this.world, this.caller, name);
    const code = isDenial(answer) ? answer.code : null;
    const reason = isDenial(answer) ? describeDenial(answer).reason : isRefusal(answer) ? answer.message : null;
    if (flags.json) this.printJson({ ...name, ok: reason === null, code, reason });
    this.take(answer);
    if (!flags.json) this.say(`${name.tenant}/${name.name} can be used`);
  }

  async #checkAll(given: string | undefined, json: boolean): Promise<void> {
    const tenant = given === undefined ? null : this.readName<TenantName>(given, 'a tenant');
    const { checked, faults } = this.take(await checkAllSecrets(this.world, this.caller, tenant));
    const unusable = checked.filter(({ ok }) => !ok);
    if (json) {
      const rows = checked.map(({ tenant: owner, name, credential, ok, code, reason, setMs, ageMs }) => ({
        tenant: owner,
        name,
        backend: credential.backend,
        ok,
        code,
        reason,
        set: setMs === null ? null : new Date(setMs).toISOString(),
        age_ms: ageMs,
      }));
      this.printJson({ ok: unusable.length === 0 && faults.length === 0, credentials: rows });
    } else if (checked.length === 0 && faults.length === 0) this.sayNone('there are no credentials', 'outloop secret set TENANT/NAME');
    else if (checked.length > 0) {
      const rows = checked.map(({ tenant: owner, name, credential, code, reason, ageMs }) => [
        `${owner}/${name}`,
        credential.backend,
        showAge(ageMs),
        reason === null ? 'can be used' : code === null ? reason : `${code}: ${reason}`,
      ]);
      this.table([['CREDENTIAL', 'BACKEND', 'AGE', 'STATE'], ...rows]);
    }
    this.endWithFaults(faults);
    if (unusable.length > 0) this.exit(1);
  }
}

/** Whole days; `-` where nobody tells. */
function showAge(ageMs: number | null): string {
  if (ageMs === null) return '-';
  const days = Math.floor(ageMs / DAY_MS);
  return days === 0 ? 'today' : days === 1 ? '1 day' : `${days} days`;
}
