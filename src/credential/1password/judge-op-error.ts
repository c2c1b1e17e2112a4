import type { BackendAnswer } from '../backend.js';

type Refused = Exclude<BackendAnswer, { kind: 'value' }>;

/**
 * What op's words mean, first match first. They are op 2's, as its users quote them: `"x" isn't an item in the "y" vault`,
 * `item 'y/x' does not have a field 'z'`, `You are not currently signed in`, `authorization prompt dismissed`, and the limits of
 * developer.1password.com/docs/service-accounts/rate-limits (`(429) Too Many Requests: … Please retry in 59 minutes`).
 */
const WORDS: readonly (readonly [RegExp, (said: RegExpExecArray) => Refused])[] = [
  [
    /more than one (?:item|vault|field)|multiple (?:items|fields)/i,
    () => ({ kind: 'damaged', detail: 'several items have the name in its ref; use their ids' }),
  ],
  [
    /(?:\(429\)|too many requests)(?:[^]*?retry in (\d{1,4}) (second|minute|hour))?/i,
    ([, count, unit]) => ({
      kind: 'unavailable',
      detail: 'it was asked too often',
      retryAfterMs: count === undefined ? null : Number(count) * unitMs(unit),
    }),
  ],
  [
    /isn't an? (?:item|vault)|does not have a (?:field|section|file)|(?:item|vault|field) .{0,200}not found|could not find (?:item|vault|field)/i,
    () => ({ kind: 'absent' }),
  ],
  [/invalid secret reference|invalid character in secret reference/i, () => ({ kind: 'damaged', detail: 'op cannot read its ref' })],
  [
    /\(401\)|unauthorized|DecodeSACredentials|DeserializeServiceAccountAuthToken|signin credentials are not compatible|service account (?:was|has been|is) (?:deleted|disabled|revoked)/i,
    () => ({ kind: 'locked', detail: 'it does not take outloop’s token' }),
  ],
  [
    /\(403\)|forbidden|aren't authorized|don't have permission/i,
    () => ({ kind: 'locked', detail: 'outloop’s token may not read this there' }),
  ],
  [
    /not currently signed in|not signed in|no accounts? (?:configured|found)|session expired|authorization (?:prompt dismissed|timeout|was denied)|connecting to desktop app|cannot connect to 1password app|RequestDelegatedSession|sign in/i,
    () => ({ kind: 'locked', detail: 'op is not signed in, or 1Password is locked' }),
  ],
  [
    /no such host|dial |i\/o timeout|connection (?:refused|reset)|network|deadline exceeded|\(5\d\d\)/i,
    () => ({ kind: 'unavailable', detail: 'op cannot reach 1Password', retryAfterMs: null }),
  ],
];

/** What op's standard error means; its text goes no further. */
export function judgeOpError(stderr: string): Refused {
  for (const [pattern, mean] of WORDS) {
    const said = pattern.exec(stderr);
    if (said !== null) return mean(said);
  }
  return { kind: 'unavailable', detail: 'op failed', retryAfterMs: null };
}

function unitMs(unit: string | undefined): number {
  return unit === 'hour' ? 3_600_000 : unit === 'minute' ? 60_000 : 1000;
}
