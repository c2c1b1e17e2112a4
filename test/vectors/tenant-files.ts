/** A whole file with every key of the format. */
export const WHOLE = `version: 1
tenant: acme
status: active
credentials:
  github-bot: { backend: keychain, ref: acme/github-bot }
  billing:    { backend: 1password, ref: 'op://Acme/Stripe/secret key', allowShort: true }
grants:
  - id: read-issues
    permit: [github.issues.*]
    effects: [read]
    projects: [website]
    principals: [agent, schedule:nightly, ci, human]
    bind: { token: github-bot }
    pin: { owner: acme-inc, filter: { state: [open, 1] } }
    limits: { rate: 60/hour, concurrency: 4 }
    window: { days: [mon, fri], hours: '08:00-20:00', timezone: Europe/London }
    expires: 2027-03-01T00:00:00Z
    workspace: true
    args: true
    requireSession: true
    approve: always-ask
  - id: never-delete
    forbid: '*.delete'
`;

const HEAD = 'version: 1\ntenant: acme\nstatus: active\n';
const CREDENTIALS = 'credentials: { bot: { backend: embedded, ref: acme/bot } }\n';
const grant = (text: string) => `${HEAD}${CREDENTIALS}grants:\n  - { id: a, permit: [x.*], ${text} }\n`;

/** A file that is refused, and the key that a problem names. */
export const REFUSED: readonly (readonly [what: string, text: string, key: string])[] = [
  ['no version', 'tenant: acme\nstatus: active\n', 'version'],
  ['another version', 'version: 2\ntenant: acme\nstatus: active\n', 'version'],
  ['no status', 'version: 1\ntenant: acme\n', 'status'],
  ['an unknown status', 'version: 1\ntenant: acme\nstatus: enabled\n', 'status'],
  ['no tenant', 'version: 1\nstatus: active\n', 'tenant'],
  ['another tenant than its file’s name', 'version: 1\ntenant: umbrella\nstatus: active\n', 'tenant'],
  ['a name that is not one', 'version: 1\ntenant: Acme\nstatus: active\n', 'tenant'],
  ['an unknown key', `${HEAD}grant: []\n`, 'grant'],
  ['an unknown key in a grant', grant('project: [x]'), 'grants.0.project'],
  [
    'an unknown key in a credential',
    `${HEAD}credentials: { bot: { backend: embedded, ref: x, value: hunter2 } }\n`,
    'credentials.bot.value',
  ],
  ['a reference with a line feed', `${HEAD}credentials: { bot: { backend: embedded, ref: "a\\nb" } }\n`, 'credentials.bot.ref'],
  ['a credential without a reference', `${HEAD}credentials: { bot: { backend: embedded } }\n`, 'credentials.bot.ref'],
  ['a credential’s name that is not one', `${HEAD}credentials: { Bot: { backend: embedded, ref: x } }\n`, 'credentials.Bot'],
  ['a grant that neither permits nor forbids', `${HEAD}grants: [{ id: a }]\n`, 'grants.0.id'],
  ['a grant that permits and forbids', grant('forbid: [y.*]'), 'grants.0.id'],
  ['a forbid that binds', `${HEAD}${CREDENTIALS}grants: [{ id: a, forbid: x.*, bind: { token: bot } }]\n`, 'grants.0.bind'],
  ['a forbid that pins', `${HEAD}grants: [{ id: a, forbid: x.*, pin: { owner: acme } }]\n`, 'grants.0.pin'],
  ['a forbid with limits', `${HEAD}grants: [{ id: a, forbid: x.*, limits: { concurrency: 1 } }]\n`, 'grants.0.limits'],
  ['a forbid with workspace', `${HEAD}grants: [{ id: a, forbid: x.*, workspace: false }]\n`, 'grants.0.workspace'],
  ['a forbid that requires a session', `${HEAD}grants: [{ id: a, forbid: x.*, requireSession: true }]\n`, 'grants.0.requireSession'],
  ['a forbid that asks for approval', `${HEAD}grants: [{ id: a, forbid: x.*, approve: once }]\n`, 'grants.0.approve'],
  ['an unknown rule of approval', grant('approve: twice'), 'grants.0.approve'],
  ['a session that is neither required nor not', grant('requireSession: maybe'), 'grants.0.requireSession'],
  ['a permit of no pattern', `${HEAD}grants: [{ id: a, permit: [] }]\n`, 'grants.0.permit'],
  ['a forbid of a pattern that nothing matches', `${HEAD}grants: [{ id: a, forbid: delete }]\n`, 'grants.0.forbid'],
  ['two grants of one id', `${HEAD}grants: [{ id: a, permit: x.* }, { id: a, forbid: y.* }]\n`, 'grants.1.id'],
  ['a binding to a credential that is not there', grant('bind: { token: other }'), 'grants.0.bind.token'],
  ['a binding to what every object inherits', grant('bind: { token: constructor }'), 'grants.0.bind.token'],
  ['an empty list of projects', grant('projects: []'), 'grants.0.projects'],
  ['an empty list of principals', grant('principals: []'), 'grants.0.principals'],
  ['an unknown kind of principal', grant('principals: [robot]'), 'grants.0.principals.0'],
  ['a principal with an empty name', grant('principals: ["agent:"]'), 'grants.0.principals.0'],
  ['a principal with two names', grant('principals: ["agent:a:b"]'), 'grants.0.principals.0'],
  ['an unknown effect', grant('effects: [reed]'), 'grants.0.effects.0'],
  ['an empty list of effects', grant('effects: []'), 'grants.0.effects'],
  ['a rate of none', grant('limits: { rate: 0/hour }'), 'grants.0.limits.rate'],
  ['a rate that is too high', grant('limits: { rate: 10001/hour }'), 'grants.0.limits.rate'],
  ['a rate of an unknown period', grant('limits: { rate: 5/week }'), 'grants.0.limits.rate'],
  ['a rate without a period', grant('limits: { rate: 60 }'), 'grants.0.limits.rate'],
  ['a concurrency of none', grant('limits: { concurrency: 0 }'), 'grants.0.limits.concurrency'],
  ['a broken concurrency', grant('limits: { concurrency: 1.5 }'), 'grants.0.limits.concurrency'],
  ['a window of no day', grant("window: { days: [], hours: '08:00-20:00', timezone: UTC }"), 'grants.0.window.days'],
  ['a window of an unknown day', grant("window: { days: [monday], hours: '08:00-20:00', timezone: UTC }"), 'grants.0.window.days.0'],
  ['a window of unreadable hours', grant("window: { days: [mon], hours: '8-20', timezone: UTC }"), 'grants.0.window.hours'],
  [
    'a window of an unknown zone',
    grant("window: { days: [mon], hours: '08:00-20:00', timezone: Mars/Olympus }"),
    'grants.0.window.timezone',
  ],
  ['a window without a zone', grant("window: { days: [mon], hours: '08:00-20:00' }"), 'grants.0.window.timezone'],
  ['an expiry on a day that is not', grant('expires: 2027-02-30'), 'grants.0.expires'],
  ['an expiry in words', grant('expires: tomorrow'), 'grants.0.expires'],
  ['an expiry as a number', grant('expires: 1803859200'), 'grants.0.expires'],
  ['workspace in words', grant("workspace: 'yes'"), 'grants.0.workspace'],
  ['a pin without end', grant('pin: { owner: .inf }'), 'grants.0.pin.owner'],
  ['a pin that holds a number too large', grant('pin: { owner: { a: [1e400] } }'), 'grants.0.pin.owner.a.0'],
  ['a pin that is a list', grant('pin: [owner]'), 'grants.0.pin'],
  ['a pin of an empty name', grant('pin: { "": x }'), 'grants.0.pin'],
];
