import { Flags } from '@oclif/core';
import { explain, type ApprovalStanding } from '../broker/administration/explain.js';
import { BaseCommand } from '../cli/base-command.js';
import { markUnreadable } from '../cli/raw-arguments.js';
import { parseRunArguments, RUN_FLAGS } from '../cli/run-arguments.js';
import { oclifFlags } from '../cli/run-flags.js';
import { describeSpan } from '../model/describe-span.js';
import { describeWait } from '../cli/describe-wait.js';
import { readRequest } from '../cli/run-request.js';

/** A question has no descriptor to write to and no time to run out of. */
const FLAGS = ['json', 'params', 'tenant', 'as'];

export default class Explain extends BaseCommand {
  static override summary = 'Say whether an alias may run here and why; no backend is touched';
  static override usage = 'explain ALIAS [NAME=VALUE …] [-- EXTRA …]';
  static override examples = ['<%= config.bin %> explain github.issues.list owner=acme-inc repo=site'];
  static override strict = false;
  static override flags = {
    ...oclifFlags(FLAGS),
    json: Flags.boolean({ description: 'print the decision as JSON, with the grants and credentials that it stands on' }),
  };

  async run(): Promise<void> {
    const parsed = parseRunArguments(
      markUnreadable(this.argv),
      RUN_FLAGS.filter(({ name }) => FLAGS.includes(name)),
    );
    if ('kind' in parsed) this.error(parsed.detail, { exit: 2 });
    const read = readRequest(parsed, this.caller.env);
    if ('kind' in read) this.error(read.detail, { exit: 2 });
    const { record, denial, grants, bind, limits, approval } = await explain(read, this.caller, this.world);
    if (denial?.code === 'USAGE') this.deny(denial);
    if (parsed.json) this.printJson({ ...record, decision: denial === null ? 'permit' : 'deny', grants, bind, limits, approval });
    else {
      this.print(`${denial === null ? 'permit' : `deny ${record.code} (${record.exit})`}: ${record.reason}`);
      this.table([
        ['tenant', `${record.tenant ?? '-'}/${record.project ?? '-'}`],
        ['principal', record.principal ?? '-'],
        ['grants', grants.join(' ') || '-'],
        ...(approval === null ? [] : [['approval', describe(approval)]]),
        ...Object.entries(bind).map(([slot, credential]) => [`slot ${slot}`, credential]),
      ]);
      if (record.retry_after_ms !== null) this.print(`again: in ${describeSpan(record.retry_after_ms)}`);
      if (record.next !== null) this.print(`next: ${describeWait(record.next.do, record.retry_after_ms)}`);
    }
    if (denial !== null) this.exit(1);
  }
}

function describe({ rule, state, waiting, request, left, expires }: ApprovalStanding): string {
  const id = request === null ? '' : ` (${request})`;
  if (state === 'approved')
    return `${rule}: approved${id}, ${left === null ? 'as often as needed' : `${left} left`}, until ${expires ?? ''}`;
  const last = state === 'none' ? '' : `${state}; `;
  return `${rule}: ${last}${waiting ? `waits for the operator${id}` : `not asked for yet${state === 'none' ? '' : ' again'}`}`;
}
