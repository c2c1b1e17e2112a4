import type { Denial } from '../denial/denial.js';
import type { CredentialName, GrantId, SlotName } from './ids.js';
import type { ApprovalRule, Grant } from './tenant.js';
import type { Json } from './service.js';

/** What the policy said, with the grants that determined it. */
export type Decision =
  | {
      readonly kind: 'permit';
      /** Every permit that matched, in the tenant's order; each of their limits must have room. */
      readonly grants: readonly Grant[];
      readonly bind: Readonly<Record<SlotName, CredentialName>>;
      /** Parameter values with what the pins filled in. */
      readonly params: Readonly<Record<string, Json>>;
      readonly workspace: boolean;
      readonly args: boolean;
      /** The strictest of what the permits ask for: a run needs that approval besides. Null: none. */
      readonly approve: ApprovalRule | null;
    }
  | {
      readonly kind: 'deny';
      readonly denial: Denial;
      readonly grants: readonly GrantId[];
      /** Nothing forbids the alias and no permit is meant for it: a person may be asked, where the operator turned that on. */
      readonly ungranted: boolean;
    };
