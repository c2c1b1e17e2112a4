import { Args, Flags } from '@oclif/core';
import { addGrant, refuseGrant, type GrantDraft } from '../../broker/administration/grants.js';
import { judgeGrantPart, type GrantPart } from '../../broker/administration/read-grant-part.js';
import { readWindow } from '../../broker/administration/read-window.js';
import { BaseCommand, yesFlag } from '../../cli/base-command.js';
import type { TenantName } from '../../model/ids.js';
import { EFFECTS } from '../../model/service.js';
import { APPROVAL_RULES, MAX_CONCURRENCY } from '../../model/tenant.js';

export default class GrantAdd extends BaseCommand {
  static override summary = 'Permit or forbid a tenant’s aliases';
  static override examples = [
    "<%= config.bin %> grant add acme --permit 'github.*.list' --bind token=github-bot",
    "<%= config.bin %> grant add acme --forbid '*.delete'",
  ];
  static override args = { tenant: Args.string({ required: true, description: 'the tenant' }) };
  static override flags = {
    permit: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PATTERN',
      description: 'an alias pattern to permit; * is one or more characters',
      exclusive: ['forbid'],
    }),
    forbid: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PATTERN',
      description: 'an alias pattern to forbid; it beats every permit',
      exclusive: ['bind', 'pin', 'rate', 'concurrency', 'workspace', 'args', 'require-session', 'approve'],
    }),
    id: Flags.string({ helpValue: 'ID', description: 'the grant’s id; made from the pattern when left out' }),
    bind: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'SLOT=CREDENTIAL',
      description: 'the credential that fills a slot of the service',
    }),
    project: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'PROJECT', description: 'only in this project' }),
    principal: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PRINCIPAL',
      description: 'only for this caller: agent, schedule, ci, human, or agent:claude',
    }),
    effect: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'EFFECT',
      options: EFFECTS,
      description: 'only aliases of this effect: read, write, destructive',
    }),
    pin: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'PARAMETER=VALUE',
      description: 'the only value that this parameter may have',
    }),
    rate: Flags.string({ helpValue: 'COUNT/PERIOD', description: 'at most so many runs: 60/hour' }),
    concurrency: Flags.integer({ min: 1, max: MAX_CONCURRENCY, helpValue: 'COUNT', description: 'at most so many runs at once' }),
    window: Flags.string({ helpValue: 'WINDOW', description: "when: 'mon-fri 08:00-20:00 Europe/London'" }),
    expires: Flags.string({ helpValue: 'DATE', description: 'until: 2027-03-01, or a date and time' }),
    workspace: Flags.boolean({ description: 'commands may work in the linked folder' }),
    args: Flags.boolean({ description: 'extra arguments may be passed where the alias takes them' }),
    'require-session': Flags.boolean({ description: 'only for callers in a session of this tenant (outloop session start)' }),
    approve: Flags.option({
      options: APPROVAL_RULES,
      helpValue: 'RULE',
      description: 'a person approves. once: the same request one time; always-ask: before every run',
    })(),
    yes: yesFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(GrantAdd);
    const tenant = this.readName<TenantName>(args.tenant, 'a tenant');
    const patterns =
      flags.permit ?? flags.forbid ?? this.error('say what to permit or forbid: --permit PATTERN or --forbid PATTERN', { exit: 2 });
    const window = flags.window === undefined ? null : readWindow(flags.window);
    if (typeof window === 'string') this.error(`--window: ${window}`, { exit: 2 });
    const bind = this.readPairs(flags.bind ?? [], '--bind');
    const faults = [
      this.judge(`--${flags.permit === undefined ? 'forbid' : 'permit'}`, 'pattern', patterns),
      this.judge('--id', 'name', flags.id === undefined ? [] : [flags.id]),
      this.judge('--bind', 'name', Object.entries(bind).flat()),
      this.judge('--project', 'name', flags.project ?? []),
      this.judge('--principal', 'principal', flags.principal ?? []),
      this.judge('--rate', 'rate', flags.rate === undefined ? [] : [flags.rate]),
      this.judge('--expires', 'expiry', flags.expires === undefined ? [] : [flags.expires]),
    ];
    const fault = faults.find((one) => one !== null) ?? null;
    if (fault !== null) this.error(fault, { exit: 2 });
    const limits = {
      ...(flags.rate === undefined ? {} : { rate: flags.rate }),
      ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
    };
    const draft: GrantDraft = {
      id: flags.id ?? null,
      ...(flags.permit === undefined ? { forbid: patterns } : { permit: patterns }),
      ...(flags.effect === undefined ? {} : { effects: flags.effect }),
      ...(flags.project === undefined ? {} : { projects: flags.project }),
      ...(flags.principal === undefined ? {} : { principals: flags.principal }),
      ...(flags.bind === undefined ? {} : { bind }),
      pin: this.readPairs(flags.pin ?? [], '--pin'),
      ...(Object.keys(limits).length === 0 ? {} : { limits }),
      ...(window === null ? {} : { window }),
      ...(flags.expires === undefined ? {} : { expires: flags.expires }),
      ...(flags.workspace ? { workspace: true } : {}),
      ...(flags.args ? { args: true } : {}),
      ...(flags['require-session'] ? { requireSession: true } : {}),
      ...(flags.approve === undefined ? {} : { approve: flags.approve }),
    };
    await this.confirmChange(`${flags.permit === undefined ? 'Forbid' : 'Permit'} ${patterns.join(' ')} for tenant ${tenant}?`, flags.yes, {
      refuse: () => refuseGrant(this.world, tenant, draft),
      otherwise: true,
    });
    const { grant, warnings } = this.take(await addGrant(this.world, this.caller, tenant, draft));
    for (const warning of warnings) this.say(`warning: ${warning}`, this.paintErr.yellow);
    this.say(`added grant ${grant.id} to tenant ${tenant}`);
  }
  /** What is wrong with the first of a flag's values that cannot stand in a grant; null: nothing. */
  private judge(flag: string, part: GrantPart, texts: readonly string[]): string | null {
    const why = texts.map((text) => judgeGrantPart(part, text)).find((one) => one !== null) ?? null;
    return why === null ? null : `${flag}: ${why}`;
  }
}
