/** A name that has passed its parser; the brand keeps one kind of name out of another's place. */
export type Brand<Name extends string> = string & { readonly __brand: Name };

/** A client: lower-case, `[a-z0-9][a-z0-9-]*`, at most 64 characters. */
export type TenantName = Brand<'TenantName'>;
/** One workspace of a client; spelt as a tenant's name is. */
export type ProjectName = Brand<'ProjectName'>;
/** An API or tool; spelt as a tenant's name is. */
export type ServiceName = Brand<'ServiceName'>;
/** A tenant's reference into a backend; spelt as a tenant's name is. */
export type CredentialName = Brand<'CredentialName'>;
/** What a service calls the place a credential fills; spelt as a tenant's name is. */
export type SlotName = Brand<'SlotName'>;
/** A grant within its tenant; spelt as a tenant's name is. */
export type GrantId = Brand<'GrantId'>;
/** A schedule within the operator state; spelt as a tenant's name is. */
export type ScheduleName = Brand<'ScheduleName'>;
/** An approved action's public name: two or more dotted names, at most 128 characters. */
export type AliasName = Brand<'AliasName'>;
/** A registered link: `lnk_` and 26 characters of Crockford base 32. */
export type LinkId = Brand<'LinkId'>;
/** A session that outloop started: `ses_` and 26 characters of Crockford base 32. */
export type SessionId = Brand<'SessionId'>;
/** A request for an approval: `req_` and 26 characters of Crockford base 32. */
export type RequestId = Brand<'RequestId'>;

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const ALIAS = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/;
const LINK = /^lnk_[0-9A-HJKMNP-TV-Z]{26}$/;
const SESSION = /^ses_[0-9A-HJKMNP-TV-Z]{26}$/;
const REQUEST = /^req_[0-9A-HJKMNP-TV-Z]{26}$/;
const RUN = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Reads a tenant's, project's, service's, credential's, slot's or grant's name; `null` when it is not spelt as one. */
export function parseName<N extends Brand<string>>(text: string): N | null {
  return NAME.test(text) ? (text as N) : null;
}

/** Reads an alias's name; `null` when it is not spelt as one. */
export function parseAliasName(text: string): AliasName | null {
  return text.length <= 128 && ALIAS.test(text) ? (text as AliasName) : null;
}

/** Reads a link's id; `null` when it is not spelt as one. */
export function parseLinkId(text: string): LinkId | null {
  return LINK.test(text) ? (text as LinkId) : null;
}

/** Reads a session's id; `null` when it is not spelt as one. */
export function parseSessionId(text: string): SessionId | null {
  return SESSION.test(text) ? (text as SessionId) : null;
}

/** Reads a request's id; `null` when it is not spelt as one. */
export function parseRequestId(text: string): RequestId | null {
  return REQUEST.test(text) ? (text as RequestId) : null;
}

/** Whether a text is spelt as the id of a run, or of a change: 26 characters of Crockford base 32. */
export function isRunId(text: string): boolean {
  return RUN.test(text);
}

/**
 * A ULID: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32 (github.com/ulid/spec).
 * `random` must hold 10 bytes or more.
 */
export function encodeUlid(timeMs: number, random: Uint8Array): string {
  let time = '';
  for (let rest = timeMs, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) {
    time = CROCKFORD.charAt(rest % 32) + time;
  }
  let noise = '';
  let bits = 0;
  let held = 0;
  for (const byte of random.subarray(0, 10)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      noise += CROCKFORD.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return time + noise;
}
