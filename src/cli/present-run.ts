import { CATALOGUE, type DenialCode } from '../denial/catalogue.js';
import { FIRST_ENDED } from '../denial/exits.js';
import { isRehearsal, type RunRecord } from '../model/run.js';
import { describeWait } from './describe-wait.js';

/**
 * The last line on stderr: `outloop: denied LINK_CHANGED (103) run=01J…: <reason>. Next: <step>`. An action that had started
 * has `ended` instead, and a rehearsal that would run says for whom. Null when the outcome is the action's own and speaks for itself.
 */
export function presentRun(record: RunRecord, colour: ((line: string, part: 'verb' | 'code' | 'plain') => string) | null): string | null {
  if (record.next === null) return isRehearsal(record) ? sayRehearsal(record) : null;
  const paint = colour ?? ((text: string) => text);
  const verb = isDenialCode(record.code) && record.exit < FIRST_ENDED ? 'denied' : 'ended';
  const step = describeWait(record.next.do, record.retry_after_ms);
  const next = `${step}${record.next.command === null || record.next.who !== 'agent' ? '' : ` (${record.next.command})`}`;
  return `outloop: ${paint(verb, 'verb')} ${paint(record.code, 'code')} (${record.exit}) run=${record.run}: ${record.reason}. Next: ${next}.\n`;
}

function sayRehearsal({ alias, tenant, project }: RunRecord): string {
  return `outloop: would run ${alias} for ${tenant}/${project}; nothing was fetched and nothing done\n`;
}

function isDenialCode(code: string): code is DenialCode {
  return code in CATALOGUE;
}
