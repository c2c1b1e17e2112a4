import { Flags } from '@oclif/core';
import { listRequests } from '../../broker/administration/requests.js';
import { missTenant } from '../../broker/administration/tenants.js';
import { BaseCommand, jsonFlag } from '../../cli/base-command.js';
import { requestToJson, toTime } from '../../cli/request-text.js';
import type { TenantName } from '../../model/ids.js';

/** A reason is cut here, so that a line stays one. */
const REASON_CHARS = 60;

export default class RequestsList extends BaseCommand {
  static override summary = 'List the requests that wait for an approval, the oldest first';
  static override examples = ['<%= config.bin %> requests list', '<%= config.bin %> requests list --all --json'];
  static override flags = {
    tenant: Flags.string({ helpValue: 'TENANT', description: 'of this tenant' }),
    all: Flags.boolean({ description: 'also those that were answered' }),
    json: jsonFlag,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RequestsList);
    const tenant = flags.tenant === undefined ? null : this.readName<TenantName>(flags.tenant, 'a tenant');
    const { lines, broken, overflow } = this.take(await listRequests(this.world, this.caller));
    const shown = lines.filter(({ request, answer }) => (flags.all || answer === null) && request.tenant === (tenant ?? request.tenant));
    if (tenant !== null && shown.length === 0) this.take(missTenant(this.world, tenant));
    if (flags.json) return this.printJson({ requests: shown.map(requestToJson), broken: broken.map(({ why }) => why), not_kept: overflow });
    for (const { why } of broken) this.say(`warning: ${why}; outloop requests prune takes it away`, this.paintErr.yellow);
    if (shown.length === 0) this.say('no request waits');
    else {
      this.table(
        shown.map(({ request, state }) => {
          const { id, tenant, project, alias, principal, times, lastMs, reason } = request;
          const said = reason === null ? '' : reason.length > REASON_CHARS ? `${reason.slice(0, REASON_CHARS)}…` : reason;
          return [id, `${tenant}/${project}`, alias, principal, state, `${times}×`, toTime(lastMs), said];
        }),
        ['REQUEST', 'TENANT', 'ALIAS', 'CALLER', 'STATE', 'ASKED', 'LAST', 'REASON'],
      );
    }
    for (const [tenant, times] of Object.entries(overflow))
      this.say(`${times} more of tenant ${tenant} were not kept, because too many wait. Next: outloop requests prune --waiting`);
  }
}
