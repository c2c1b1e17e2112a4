import { findPartFault, type GrantPart } from '../../tenant/schema.js';

export type { GrantPart };

/** What is wrong with a part of a grant as it is typed, in a clause that quotes nothing of it; null: it can stand in a tenant's file. */
export function judgeGrantPart(part: GrantPart, text: string): string | null {
  const fault = findPartFault(part, text);
  return fault === null ? null : `this ${fault}`;
}
