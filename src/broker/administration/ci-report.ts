import { hash } from 'node:crypto';
import { join, relative } from 'node:path';
import { EVERY_RECORD, queryRecords } from '../../audit/query.js';
import { CATALOGUE, type DenialCode } from '../../denial/catalogue.js';
import { isDenial, type Denial } from '../../denial/denial.js';
import { findCheckout } from '../../link/checkout.js';
import { LINK_FILE } from '../../link/link-file.js';
import { openOwnState } from '../open-own-state.js';
import type { World } from '../world.js';

/** A run of this job that outloop denied or ended. `file`: the link file of its folder, within the repository. `fingerprint`: 32 hex characters. */
export type CiFinding = {
  readonly run: string;
  readonly code: DenialCode;
  readonly alias: string | null;
  readonly file: string;
  readonly fingerprint: string;
  readonly text: string;
};

/** A run of this job that outloop let end as it did. */
export type CiPass = Pick<CiFinding, 'run' | 'alias'>;

/** What the audit log of a job says: which runs ended by a code of the catalogue, and which did not. */
export type CiReport = { readonly passed: readonly CiPass[]; readonly findings: readonly CiFinding[] };

/** Reads a job's audit log. The words are the catalogue's; the log holds no reason. */
export async function reportCi(world: World): Promise<CiReport | Denial> {
  const state = openOwnState(world);
  if (isDenial(state)) return state;
  const passed: CiPass[] = [];
  const findings: CiFinding[] = [];
  const records = queryRecords(state.paths.audit, EVERY_RECORD);
  for (;;) {
    const next = await records.next();
    if (next.done === true) return next.value ?? { passed, findings };
    const { type, run, code, alias = null, folder = null } = next.value.record;
    if (type !== 'deny' && type !== 'result') continue;
    if (code === undefined || !isDenialCode(code)) {
      passed.push({ run, alias });
      continue;
    }
    const file = folder === null ? LINK_FILE : relative(findCheckout(folder) ?? folder, join(folder, LINK_FILE));
    const { exit, meaning, next: step } = CATALOGUE[code];
    const text = `outloop ${code} (${exit})${alias === null ? '' : ` ${alias}`}: ${meaning} Next: ${step}.`;
    const fingerprint = hash('sha256', `${code}\n${alias ?? ''}\n${file}`).slice(0, 32);
    findings.push({ run, code, alias, file, fingerprint, text });
  }
}

function isDenialCode(code: string): code is DenialCode {
  return Object.hasOwn(CATALOGUE, code);
}
