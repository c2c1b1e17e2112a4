import { Flags } from '@oclif/core';
import { readStatus } from '../broker/administration/menu.js';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';
import { conditionOf, describeLast, nameOf, scheduleJson } from '../cli/describe-schedule.js';
import { readAssertions } from '../cli/run-request.js';
import { isDenial, type Denial } from '../denial/denial.js';
import { describeDenial } from '../denial/describe.js';
import { formatPrincipal } from '../model/principal.js';
import type { SessionSight } from '../model/session.js';

export default class Status extends BaseCommand {
  static override summary = 'Show this folder’s tenant, who you are here, what protects you, and what may run';
  static override examples = ['<%= config.bin %> status'];
  static override flags = { as: Flags.string({ helpValue: 'PRINCIPAL', description: 'as this principal: agent:claude' }), json: jsonFlag };

  async run(): Promise<void> {
    const { flags } = await this.parse(Status);
    const { folder, principal, session, tier, backends, menu, schedules } = this.take(
      await readStatus(this.world, {
        caller: this.caller,
        claim: flags.as ?? this.claim,
        assertedTenants: readAssertions({ tenant: null }, this.caller.env),
      }),
    );
    if (flags.as !== undefined && isDenial(principal)) this.deny(principal);
    const linked = isDenial(folder) ? null : folder;
    const who = isDenial(principal) ? null : formatPrincipal(principal);
    const runnable = isDenial(menu) ? [] : menu.lines.map(({ alias }) => alias.alias);
    if (flags.json) {
      return this.printJson({
        tenant: linked?.tenant ?? null,
        project: linked?.project ?? null,
        folder: linked?.directory ?? null,
        code: isDenial(folder) ? folder.code : isDenial(menu) ? menu.code : null,
        principal: who,
        session: session === null ? null : describeSession(session),
        tier,
        backends: backends.map(({ name, kind, detail, fix }) => ({ name, kind, detail, fix })),
        aliases: runnable,
        schedules: schedules.map((line) => scheduleJson(line, null)),
      });
    }
    this.table([
      ['folder', isDenial(folder) ? sayDenied(folder, true) : `${folder.directory} → ${folder.tenant}/${folder.project}`],
      ['principal', who ?? 'not valid'],
      ...(session === null ? [] : [['session', formatSession(session)]]),
      ['tier', tier.name],
      ['  protects', tier.protects],
      ['  does not', tier.limits],
      ...backends.map(({ name, kind, detail }) => [`backend ${name}`, detail === '' ? kind : `${kind}: ${detail}`]),
      ['may run', isDenial(menu) ? sayDenied(menu, linked !== null) : runnable.length === 0 ? 'nothing' : runnable.join(' ')],
      ...schedules.map((line) => [`schedule ${nameOf(line)}`, [conditionOf(line), describeLast(line)].filter(Boolean).join(': ')]),
    ]);
  }
}

/** A denial by its code, with the reason where that does not stand above already. */
function sayDenied(denial: Denial, withReason: boolean): string {
  return withReason ? `${denial.code}: ${describeDenial(denial).reason}` : denial.code;
}

function describeSession({ id, standing }: SessionSight) {
  if (standing.kind === 'fault') return { id, holds: false, fault: standing.fault };
  const { tenant, project, expiresMs } = standing.session;
  return { id, holds: true, tenant, project, expires: new Date(expiresMs).toISOString() };
}

function formatSession({ id, standing }: SessionSight): string {
  if (standing.kind === 'fault') return `${id ?? 'not valid'}: ${standing.fault}`;
  const { tenant, project, expiresMs } = standing.session;
  return `${id ?? ''}: ${tenant}${project === null ? '' : `/${project}`} until ${new Date(expiresMs).toISOString()}`;
}
