/** What op 2 says on standard error, as its users quote it, and what it means. */
export const OP_ERRORS: readonly (readonly [said: string, means: object])[] = [
  ['[ERROR] 2026/10/07 12:00:00 "Acme" isn\'t a vault in this account. Specify the vault with its ID or name.', { kind: 'absent' }],
  [
    '[ERROR] 2026/10/07 12:00:00 could not read secret \'op://Acme/nope/key\': could not get item Acme/nope: "nope" isn\'t an item in the "Acme" vault. Specify the item with its UUID, name, or domain.',
    { kind: 'absent' },
  ],
  ["[ERROR] could not read secret 'op://Acme/a/b': item 'Acme/a' does not have a field 'b'", { kind: 'absent' }],
  [
    '[ERROR] 2026/10/07 12:00:00 More than one item matches "Stripe". Try again and specify the item by its ID:\n\t* for the item "Stripe" in vault Acme: abc',
    { kind: 'damaged' },
  ],
  ["[ERROR] could not read secret 'op://Acme/x': invalid secret reference 'op://Acme/x'", { kind: 'damaged' }],
  ['[ERROR] 2026/10/07 12:00:00 You are not currently signed in. Please run `op signin --help` for instructions', { kind: 'locked' }],
  ['[ERROR] 2026/10/07 12:00:00 account is not signed in', { kind: 'locked' }],
  ['No accounts configured for use with 1Password CLI.\n', { kind: 'locked' }],
  [
    "[ERROR] could not read secret 'op://Acme/a/b': error initializing client: authorization prompt dismissed, please try again",
    { kind: 'locked' },
  ],
  ["[ERROR] could not read secret 'op://Acme/a/b': error initializing client: authorization timeout", { kind: 'locked' }],
  [
    '[ERROR] error initializing client: connecting to desktop app: cannot connect to 1Password app, make sure it is running',
    { kind: 'locked' },
  ],
  [
    "[ERROR] could not read secret 'op://Acme/a/b': error initializing client: RequestDelegatedSession: cannot setup session. Please check the logs of the 1Password app.",
    { kind: 'locked' },
  ],
  ['[ERROR] 2026/09/28 12:00:00 (401) Unauthorized: invalid bearer token', { kind: 'locked', detail: 'it does not take outloop’s token' }],
  [
    '[ERROR] error initializing client: Validation: (failed to session.DecodeSACredentials), Server: (failed to DecodeSACredentials), illegal base64 data at input byte 12',
    { kind: 'locked', detail: 'it does not take outloop’s token' },
  ],
  [
    '[ERROR] Signin credentials are not compatible with the provided user auth from server',
    { kind: 'locked', detail: 'it does not take outloop’s token' },
  ],
  [
    "[ERROR] (403) Forbidden: You aren't authorized to perform this action.",
    { kind: 'locked', detail: 'outloop’s token may not read this there' },
  ],
  [
    "[ERROR] 2026/10/07 12:00:00 (429) Too Many Requests: You've reached the maximum number of this type of requests this service account is allowed to make. Please retry in 59 minutes or try other requests.",
    { kind: 'unavailable', retryAfterMs: 3_540_000 },
  ],
  ['[ERROR] 2026/10/07 12:00:00 Too many requests. Your client has been rate-limited.', { kind: 'unavailable', retryAfterMs: null }],
  [
    '[ERROR] Get "https://my.1password.com/api/v2/account": dial tcp: lookup my.1password.com: no such host',
    { kind: 'unavailable', detail: 'op cannot reach 1Password' },
  ],
  ["[ERROR] could not read secret 'op://Acme/a/b': error initializing client: read: context deadline exceeded", { kind: 'unavailable' }],
  ['[ERROR] (500) Internal Server Error', { kind: 'unavailable' }],
  ['', { kind: 'unavailable', detail: 'op failed' }],
  ['panic: runtime error', { kind: 'unavailable', detail: 'op failed' }],
];
