import type { Denial } from '../../denial/denial.js';
import { describeDenial } from '../../denial/describe.js';
import { quoteWord } from '../../model/quote-word.js';
import { refusal, type Refusal } from '../../model/refusal.js';

/** What mends a tool that may not run: what is not there, or could be changed by others, cannot be vetted. */
export function fixTool({ code, facts }: Denial, vet: string): string {
  if (code === 'TOOL_NOT_FOUND') return `install ${String(facts['tool'])}, then ${vet}`;
  if (code !== 'TOOL_UNTRUSTED_PATH') return vet;
  const { mend, path } = facts;
  return mend === undefined
    ? `put an executable file at ${String(facts['tool'])}, then ${vet}`
    : `${String(mend)} ${quoteWord(String(path))}`;
}

/** A tool that may not be vetted. */
export function refuseTool(denial: Denial, vet: string): Refusal {
  const fix = fixTool(denial, vet);
  const { reason } = describeDenial(denial);
  return refusal(reason, fix.endsWith(vet) ? fix : `${fix} && ${vet}`);
}
