import { endSentence } from '../model/end-sentence.js';
import type { Caller, RunRecord } from '../model/run.js';
import { describeWait } from './describe-wait.js';

/**
 * The workflow command that makes a denial an annotation of a GitHub job (docs.github.com/en/actions/reference/workflow-commands-for-github-actions,
 * Setting an error message); null where GitHub does not read along, or where nothing of ours went wrong. The runner reads both streams.
 */
export function annotateRun(record: RunRecord, env: Caller['env']): string | null {
  if (env['GITHUB_ACTIONS'] !== 'true' || record.next === null) return null;
  const { code, exit, reason, run } = record;
  const step = describeWait(record.next.do, record.retry_after_ms);
  return `::error title=${escapeProperty(`outloop ${code} (${exit})`)}::${escapeData(`${endSentence(reason)} Next: ${step}. run=${run}`)}\n`;
}

/** As actions/toolkit escapes it (packages/core/src/command.ts): the runner ends a command at a line break, and reads % back. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property ends at a comma or a colon as well. */
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
