import type { BackendUse } from '../credential/find-backend.js';
import type { Denial } from '../denial/denial.js';
import type { Pty } from '../execute/terminal.js';
import type { PreparedAction, Tool } from '../model/action.js';
import type { Approval, Ask } from '../model/approval.js';
import type { Decision } from '../model/decision.js';
import type { CredentialName, SlotName } from '../model/ids.js';
import type { Link } from '../model/link.js';
import type { Principal } from '../model/principal.js';
import type { Schedule } from '../model/schedule.js';
import type { Alias } from '../model/service.js';
import type { Credential, Tenant } from '../model/tenant.js';
import type { State } from '../state/open-state.js';
import type { Settings } from '../state/settings.js';
import type { Trail } from './trail.js';

/** A schedule whose time has come, or (`schedule` null) one that is being made. */
export type Firing = {
  readonly schedule: Schedule | null;
  readonly principal: Principal | Denial;
  /** Why whoever started it may not; null: it may. */
  readonly unfit: Denial | null;
  /** The moment to decide for, in milliseconds since the epoch; null: now. */
  readonly atMs: number | null;
};

/** A credential that the action needs, the backend that it points into, and that backend's checked program (null: it runs none). */
export type Needed = {
  readonly name: CredentialName;
  readonly credential: Credential;
  readonly use: BackendUse;
  readonly backendTool: Tool | null;
};

/** The action with every parameter in its place, its checked tool, what makes its terminal, and the credentials that it needs. */
export type Prepared = {
  readonly action: PreparedAction;
  readonly tool: Tool | null;
  readonly pty: Pty | null;
  readonly credentials: readonly Needed[];
  /** The slots whose credential is exchanged for a token before it is presented. */
  readonly exchanges: readonly SlotName[];
};

/** Everything that a run needs once it is permitted. */
export type Plan = Prepared & {
  readonly kind: 'plan';
  readonly trail: Trail;
  readonly state: State;
  readonly link: Link;
  readonly tenant: Tenant;
  readonly principal: Principal;
  readonly alias: Alias;
  readonly decision: Extract<Decision, { kind: 'permit' }>;
  /** The schedule that asks; null: a caller does. */
  readonly schedule: Schedule | null;
  /** What a person must have approved before it may start; null: nothing. `bind` is that of an approval that stands for a grant. */
  readonly ask: Ask | null;
  readonly bind: Approval['bind'] | null;
  readonly settings: Settings;
};

/** A request that a person is to be asked about: no grant permits it, and the operator lets callers ask. */
export type Asked = { readonly kind: 'asked'; readonly trail: Trail; readonly ask: Ask; readonly state: State };
