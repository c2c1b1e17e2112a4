import type { AliasName, CredentialName, GrantId, LinkId, ProjectName, RequestId, SlotName, TenantName } from './ids.js';
import type { ApprovalRule } from './tenant.js';

/** Why a person is asked: a grant says so, or no grant permits the alias and the operator lets callers ask for such. */
export type AskRule = ApprovalRule | 'ungranted';
export const ASK_RULES: readonly AskRule[] = ['once', 'always-ask', 'ungranted'];

/** A value as a person is shown it: the first characters of its JSON, and how many there are in all. */
export type ShownValue = { readonly json: string; readonly length: number };

/** A file that a parameter named, as it was when it was asked for. `sha256` is hex. */
export type ShownFile = { readonly file: string; readonly bytes: number; readonly sha256: string };

/**
 * What is asked of a person. `key` makes it the same thing when it is asked again: tenant, project, principal, alias, every
 * parameter with the path and the content of its files, the extra arguments, and the folder where the alias works in it. `definition` is the SHA-256 (hex) of what the alias does,
 * `grants` holds each grant that permits it with its own, and `bind` the credentials that they give it; both are empty where none does (`ungranted`). Another one of
 * these is another question. The caller's own words (`reason`, values, names of files) are not to be trusted.
 */
export type Ask = {
  readonly key: string;
  readonly rule: AskRule;
  readonly tenant: TenantName;
  readonly project: ProjectName;
  readonly alias: AliasName;
  readonly principal: string;
  readonly definition: string;
  readonly grants: Readonly<Record<GrantId, string>>;
  readonly bind: Readonly<Record<SlotName, CredentialName>>;
  readonly link: LinkId;
  readonly folder: string;
  readonly params: Readonly<Record<string, ShownValue | ShownFile>>;
  /** The extra arguments after `--`, null where there are none. */
  readonly extra: ShownValue | null;
  readonly reason: string | null;
};

/** A question on file. Times are milliseconds since the epoch; `times` is how often it was asked. */
export type ApprovalRequest = Ask & {
  readonly id: RequestId;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly times: number;
};

/** A person's answer, with the request that it answers. It holds for that request's key and definition alone. */
export type Approval = {
  readonly request: ApprovalRequest;
  readonly verdict: 'approved' | 'rejected';
  readonly decidedMs: number;
  /** How many runs were approved, and how many of them have not started yet; null: no limit but the expiry. 0 of a rejection. */
  readonly count: number | null;
  readonly left: number | null;
  /** At that moment an approval is over; null: a rejection has no end. */
  readonly expiresMs: number | null;
  /** What fills the slots where no grant does (`ungranted`); empty otherwise. */
  readonly bind: Readonly<Record<SlotName, CredentialName>>;
};

/** How an answer stands. `changed`: the alias, what permits it, or why it is asked, is not what it was. */
export type ApprovalState = 'none' | 'approved' | 'rejected' | 'spent' | 'expired' | 'changed';
