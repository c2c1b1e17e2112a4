/** Aliases and files that must not compile: the key that is wrong, and a word of why. `alias` stands below `demo.do:`. */
export type ProblemRow = {
  readonly title: string;
  readonly alias?: string;
  readonly file?: string;
  readonly key: string;
  readonly says: RegExp;
  /** What was likely meant; absent: nobody looks. */
  readonly suggests?: string;
};

const GET = 'http: { method: GET, path: /a }';
const READ = '    title: T\n    effect: read\n';
const withParams = (params: string, action: string): string => `${READ}    params: ${params}\n    ${action}\n`;
const withHttp = (http: string): string => `${READ}    http: ${http}\n`;
const withCommand = (command: string, more = ''): string => `${READ}    command: ${command}\n${more}`;
const file = (head: string): string => `version: 1\nservice: demo\ntitle: D\n${head}\naliases: {}\n`;
const slot = (text: string): string => file(`base: https://a.example\nslots: { token: ${text} }`);

export const PROBLEM_ROWS: readonly ProblemRow[] = [
  // The file
  { title: 'another version', file: 'version: 2\nservice: demo\n', key: 'version', says: /version 2/ },
  { title: 'another file name', file: 'version: 1\nservice: other\ntitle: D\n', key: 'service', says: /called after/ },
  { title: 'a service name in capitals', file: 'version: 1\nservice: Demo\ntitle: D\n', key: 'service', says: /lower-case/ },
  { title: 'an unknown key', file: file('bsae: https://a.example'), key: 'bsae', says: /unknown key/ },
  { title: 'a title of two lines', file: 'version: 1\nservice: demo\ntitle: "a\\nb"\n', key: 'title', says: /one line/ },
  { title: 'a http base away from loopback', file: file('base: http://api.example.com'), key: 'base', says: /loopback/ },
  { title: 'a base with a user', file: file('base: https://u:p@api.example.com'), key: 'base', says: /user/ },
  { title: 'a base with a query', file: file('base: https://api.example.com/?a=1'), key: 'base', says: /query/ },
  { title: 'a base in capitals', file: file('base: https://API.example.com'), key: 'base', says: /spelt/ },
  { title: 'a base that climbs', file: file('base: https://api.example.com/a/../b'), key: 'base', says: /spelt/ },
  { title: 'a base that is an odd address', file: file('base: http://0x7f.1'), key: 'base', says: /spelt/ },
  { title: 'a base of another scheme', file: file('base: file:///etc/passwd'), key: 'base', says: /https/ },
  {
    title: 'a base with a parameter in its host',
    file: file("base: 'https://{host}.example.com'"),
    key: 'base',
    says: /literal host|spelt/,
  },
  { title: 'a network that is none', file: file('networks: [10.0.0.0/99]'), key: 'networks.0', says: /block/ },
  { title: 'a relative ca', file: file('ca: root.pem'), key: 'ca', says: /absolute/ },
  {
    title: 'a slot of an unknown scheme',
    file: slot('{ scheme: baerer, hosts: [a.example] }'),
    key: 'slots.token.scheme',
    says: /no scheme of that name/,
    suggests: 'bearer',
  },
  {
    title: 'a slot of a rare scheme that is misspelt',
    file: slot('{ scheme: aws-sigv3, hosts: [a.example] }'),
    key: 'slots.token.scheme',
    says: /no scheme of that name/,
    suggests: 'aws-sigv4',
  },
  {
    title: 'a misspelt option that the scheme needs',
    file: slot('{ scheme: header, nmae: X-A, hosts: [a.example] }'),
    key: 'slots.token.nmae',
    says: /no such option/,
    suggests: 'name',
  },
  {
    title: 'a misspelt option that it could do without',
    file: slot('{ scheme: oauth-refresh-token, tokenUrl: https://a.example/, rotaton: none, hosts: [a.example] }'),
    key: 'slots.token.rotaton',
    says: /no such option/,
    suggests: 'rotation',
  },
  {
    title: 'a slot’s own key that is misspelt',
    file: slot('{ scheme: bearer, hots: a.example, hosts: [a.example] }'),
    key: 'slots.token.hots',
    says: /no such option/,
    suggests: 'hosts',
  },
  {
    title: 'a misspelt scheme',
    file: slot('{ schem: bearer, hosts: [a.example] }'),
    key: 'slots.token.schem',
    says: /names its scheme/,
    suggests: 'scheme',
  },
  { title: 'a slot whose scheme is a number', file: slot('{ scheme: 5 }'), key: 'slots.token.scheme', says: /must be text/ },
  { title: 'a slot without a scheme', file: slot('{ hosts: [a.example] }'), key: 'slots.token.scheme', says: /names its scheme/ },
  { title: 'a slot without hosts', file: slot('{ scheme: bearer }'), key: 'slots.token.hosts', says: /must list/ },
  { title: 'a slot with no host', file: slot('{ scheme: bearer, hosts: [] }'), key: 'slots.token.hosts', says: /must list/ },
  { title: 'a wildcard host', file: slot("{ scheme: bearer, hosts: ['*.example'] }"), key: 'slots.token.hosts.0', says: /one host/ },
  {
    title: 'a host with a port',
    file: slot("{ scheme: bearer, hosts: ['a.example:8443'] }"),
    key: 'slots.token.hosts.0',
    says: /one host/,
  },
  { title: 'a host with a path', file: slot('{ scheme: bearer, hosts: [a.example/x] }'), key: 'slots.token.hosts.0', says: /one host/ },
  { title: 'a header slot without a name', file: slot('{ scheme: header, hosts: [a.example] }'), key: 'slots.token', says: /name/ },
  {
    title: 'a header slot that frames',
    file: slot('{ scheme: header, name: Host, hosts: [a.example] }'),
    key: 'slots.token',
    says: /frames/,
  },
  {
    title: 'a basic slot with both options',
    file: slot('{ scheme: basic, username: u, secretAs: username, hosts: [a.example] }'),
    key: 'slots.token',
    says: /exclude/,
  },
  // The alias
  {
    title: 'an alias of one word',
    file: `version: 1\nservice: demo\ntitle: D\nbase: https://a.example\naliases:\n  issues:\n${withHttp('{ method: GET, path: /a }')}`,
    key: 'aliases.issues',
    says: /two or more/,
  },
  { title: 'an alias with neither action', alias: READ, key: 'aliases.demo.do', says: /either/ },
  {
    title: 'an alias with both actions',
    alias: `${READ}    ${GET}\n    command: { argv: [/bin/x] }\n`,
    key: 'aliases.demo.do',
    says: /either/,
  },
  { title: 'an unknown effect', alias: `    title: T\n    effect: raed\n    ${GET}\n`, key: 'aliases.demo.do.effect', says: /one of/ },
  { title: 'no effect', alias: `    title: T\n    ${GET}\n`, key: 'aliases.demo.do.effect', says: /missing/ },
  {
    title: 'a timeout of a day',
    alias: `${READ}    ${GET}\n    limits: { timeoutMs: 86400000 }\n`,
    key: 'aliases.demo.do.limits.timeoutMs',
    says: /3600000/,
  },
  {
    title: 'a selection that does not parse',
    alias: `${READ}    ${GET}\n    response: { select: 'a[' }\n`,
    key: 'aliases.demo.do.response.select',
    says: /JMESPath/,
  },
  {
    title: 'extra arguments for HTTP',
    alias: `${READ}    ${GET}\n    args: { pattern: a, max: 1 }\n`,
    key: 'aliases.demo.do.args',
    says: /command/,
  },
  {
    title: 'a response for a command',
    alias: withCommand('{ argv: [/bin/x] }', '    response: { select: a }\n'),
    key: 'aliases.demo.do.response',
    says: /http/,
  },
  {
    title: 'a slot that is not there',
    alias: `${READ}    ${GET}\n    slots: [tokn]\n`,
    key: 'aliases.demo.do.slots.0',
    says: /no such slot/,
  },
  {
    title: 'a cookie in the result',
    alias: `${READ}    ${GET}\n    response: { headers: [Set-Cookie] }\n`,
    key: 'aliases.demo.do.response.headers.0',
    says: /cookies/,
  },
  // Parameters
  {
    title: 'a parameter nobody uses',
    alias: withParams('{ a: { type: string } }', GET),
    key: 'aliases.demo.do.params.a',
    says: /no template/,
  },
  {
    title: 'a parameter nobody declares',
    alias: withHttp("{ method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.http.path',
    says: /not declared/,
  },
  {
    title: 'a parameter of an unknown type',
    alias: withParams('{ a: { type: strng } }', "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.type',
    says: /^must be one of string, integer, number, boolean, enum, json, file$/,
    suggests: 'string',
  },
  {
    title: 'a parameter without a type',
    alias: withParams('{ a: {} }', "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.type',
    says: /^missing$/,
  },
  {
    title: 'a parameter with a bad name',
    alias: withParams('{ 1a: { type: string } }', "http: { method: GET, path: '/a' }"),
    key: 'aliases.demo.do.params.1a',
    says: /starting with a letter/,
  },
  {
    title: 'a pattern that explodes',
    alias: withParams("{ a: { type: string, pattern: '(a+)+' } }", "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.pattern',
    says: /linear/,
  },
  {
    title: 'a pattern that does not parse',
    alias: withParams("{ a: { type: string, pattern: '(' } }", "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.pattern',
    says: /regular expression/,
  },
  {
    title: 'a pattern that leaves its group',
    alias: withParams("{ a: { type: string, pattern: 'a)|(?:b' } }", "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.pattern',
    says: /regular expression/,
  },
  {
    title: 'a default of another type',
    alias: withParams('{ a: { type: integer, default: x } }', "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.default',
    says: /number/,
  },
  {
    title: 'a default that holds a number too large',
    alias: withParams('{ a: { type: json, default: [1e400] } }', "http: { method: GET, path: /, query: { q: '{a}' } }"),
    key: 'aliases.demo.do.params.a.default.0',
    says: /too large/,
  },
  {
    title: 'a body that holds a number without end',
    alias: withHttp('{ method: POST, path: /, body: { a: [-.inf] } }'),
    key: 'aliases.demo.do.http.body.a.0',
    says: /too large/,
  },
  {
    title: 'a default that is not in the list',
    alias: withParams('{ a: { type: enum, values: [x], default: y } }', "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.default',
    says: /default/,
  },
  {
    title: 'a default that climbs',
    alias: withParams("{ a: { type: string, default: '..' } }", "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.default',
    says: /dot/,
  },
  {
    title: 'a listed value that is an option',
    alias: withParams("{ a: { type: enum, values: ['--x'] } }", "command: { argv: [/bin/x, '{a}'] }"),
    key: 'aliases.demo.do.params.a.values.0',
    says: /start with/,
  },
  {
    title: 'a required parameter with a default',
    alias: withParams('{ a: { type: string, default: x, required: true } }', "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.required',
    says: /never required/,
  },
  {
    title: 'a range upside down',
    alias: withParams('{ a: { type: integer, min: 2, max: 1 } }', "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.max',
    says: /less/,
  },
  {
    title: 'an optional path segment',
    alias: withParams('{ a: { type: string, required: false } }', "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.http.path',
    says: /required/,
  },
  {
    title: 'an optional part of a query',
    alias: withParams('{ a: { type: string, required: false } }', "http: { method: GET, path: /, query: { q: 'is:open {a}' } }"),
    key: 'aliases.demo.do.http.query.q',
    says: /alone/,
  },
  {
    title: 'a file in a query',
    alias: withParams('{ a: { type: file } }', "http: { method: GET, path: /, query: { q: '{a}' } }"),
    key: 'aliases.demo.do.http.query.q',
    says: /file/,
  },
  {
    title: 'a file in part of an argument',
    alias: withParams('{ a: { type: file } }', "command: { argv: [/bin/x, '-f{a}'] }"),
    key: 'aliases.demo.do.command.argv.1',
    says: /file/,
  },
  {
    title: 'allowLeading away from arguments',
    alias: withParams('{ a: { type: string, allowLeading: true } }', "http: { method: GET, path: '/{a}' }"),
    key: 'aliases.demo.do.params.a.allowLeading',
    says: /argument/,
  },
  // HTTP
  { title: 'a path without a slash', alias: withHttp('{ method: GET, path: a }'), key: 'aliases.demo.do.http.path', says: /slash/ },
  { title: 'a path with a query', alias: withHttp('{ method: GET, path: /a?b=c }'), key: 'aliases.demo.do.http.path', says: /query/ },
  { title: 'a path that climbs', alias: withHttp('{ method: GET, path: /a/../b }'), key: 'aliases.demo.do.http.path', says: /dots/ },
  {
    title: 'a path that climbs in disguise',
    alias: withHttp('{ method: GET, path: /a/%2E%2E/b }'),
    key: 'aliases.demo.do.http.path',
    says: /dots/,
  },
  {
    title: 'a path with an empty segment',
    alias: withHttp('{ method: GET, path: //evil.example/a }'),
    key: 'aliases.demo.do.http.path',
    says: /empty/,
  },
  {
    title: 'a path with a backslash',
    alias: withHttp("{ method: GET, path: '/\\evil.example' }"),
    key: 'aliases.demo.do.http.path',
    says: /percent-encoded/,
  },
  {
    title: 'a brace that encloses nothing',
    alias: withHttp("{ method: GET, path: '/a{' }"),
    key: 'aliases.demo.do.http.path',
    says: /brace/,
  },
  {
    title: 'a template for Authorization',
    alias: withHttp('{ method: GET, path: /, headers: { aUTHORIZATION: x } }'),
    key: 'aliases.demo.do.http.headers.aUTHORIZATION',
    says: /may not set/,
  },
  {
    title: 'a template for Transfer-Encoding',
    alias: withHttp('{ method: GET, path: /, headers: { Transfer-Encoding: chunked } }'),
    key: 'aliases.demo.do.http.headers.Transfer-Encoding',
    says: /may not set/,
  },
  {
    title: 'a header twice',
    alias: withHttp('{ method: GET, path: /, headers: { Accept: a, accept: b } }'),
    key: 'aliases.demo.do.http.headers.accept',
    says: /twice/,
  },
  {
    title: 'a line break in a header',
    alias: withHttp('{ method: GET, path: /, headers: { X-A: "a\\r\\nB: c" } }'),
    key: 'aliases.demo.do.http.headers.X-A',
    says: /line break/,
  },
  { title: 'a body for GET', alias: withHttp('{ method: GET, path: /, body: {} }'), key: 'aliases.demo.do.http.body', says: /no body/ },
  {
    title: 'two bodies',
    alias: withHttp('{ method: POST, path: /, body: {}, form: {} }'),
    key: 'aliases.demo.do.http.form',
    says: /one of/,
  },
  {
    title: 'a template as a key',
    alias: withHttp("{ method: POST, path: /, body: { '{a}': 1 } }"),
    key: 'aliases.demo.do.http.body.{a}',
    says: /key/,
  },
  {
    title: 'a template as the name of a query field',
    alias: withHttp("{ method: GET, path: /, query: { '{a}': 1 } }"),
    key: 'aliases.demo.do.http.query.{a}',
    says: /name/,
  },
  // Commands
  {
    title: 'a terminal for a request',
    alias: withHttp('{ method: GET, path: /a, tty: true }'),
    key: 'aliases.demo.do.http.tty',
    says: /command/,
  },
  {
    title: 'no terminal for a request, in so many words',
    alias: withHttp('{ method: GET, path: /a, tty: false }'),
    key: 'aliases.demo.do.http.tty',
    says: /command/,
  },
  {
    title: 'a terminal beside the command',
    alias: withCommand('{ argv: [/bin/x] }', '    tty: true\n'),
    key: 'aliases.demo.do.tty',
    says: /unknown key/,
  },
  {
    title: 'a terminal that is neither true nor false',
    alias: withCommand('{ argv: [/bin/x], tty: maybe }'),
    key: 'aliases.demo.do.command.tty',
    says: /must be true or false/,
  },
  {
    title: 'a file with a default',
    alias: withParams('{ a: { type: file, default: x } }', "command: { argv: [/bin/x, '{a}'] }"),
    key: 'aliases.demo.do.params.a.default',
    says: /^unknown key; type file has no default$/,
  },
  { title: 'a relative executable', alias: withCommand('{ argv: [gh] }'), key: 'aliases.demo.do.command.argv.0', says: /absolute/ },
  {
    title: 'an executable from a parameter',
    alias: withParams('{ a: { type: string } }', "command: { argv: ['/bin/{a}'] }"),
    key: 'aliases.demo.do.command.argv.0',
    says: /parameter/,
  },
  {
    title: 'an executable path that climbs',
    alias: withCommand('{ argv: [/usr/bin/../bin/gh] }'),
    key: 'aliases.demo.do.command.argv.0',
    says: /absolute/,
  },
  {
    title: 'wire delivery',
    alias: withCommand('{ argv: [/bin/x], delivery: wire }'),
    key: 'aliases.demo.do.command.delivery',
    says: /not available yet/,
  },
  {
    title: 'PATH as a literal',
    alias: withCommand('{ argv: [/bin/x], env: { PATH: /tmp } }'),
    key: 'aliases.demo.do.command.env.PATH',
    says: /may not set/,
  },
  {
    title: 'LD_PRELOAD as a literal',
    alias: withCommand('{ argv: [/bin/x], env: { LD_PRELOAD: /tmp/x.so } }'),
    key: 'aliases.demo.do.command.env.LD_PRELOAD',
    says: /may not set/,
  },
  {
    title: 'NODE_OPTIONS from a slot',
    alias: withCommand('{ argv: [/bin/x], credentials: { NODE_OPTIONS: token } }'),
    key: 'aliases.demo.do.command.credentials.NODE_OPTIONS',
    says: /may not set/,
  },
  {
    title: 'a variable with two values',
    alias: withCommand('{ argv: [/bin/x], credentials: { A: token }, env: { A: b } }'),
    key: 'aliases.demo.do.command.env.A',
    says: /credential/,
  },
  {
    title: 'a variable that is no name',
    alias: withCommand("{ argv: [/bin/x], env: { 'A=B': c } }"),
    key: 'aliases.demo.do.command.env.A=B',
    says: /name of an environment/,
  },
  {
    title: 'a slot of scheme none for a child',
    alias: withCommand('{ argv: [/bin/x], credentials: { A: open } }'),
    key: 'aliases.demo.do.command.credentials.A',
    says: /none/,
  },
  {
    title: 'an unsafe pattern for extra arguments',
    alias: withCommand('{ argv: [/bin/x] }', "    args: { pattern: '(a|a)*', max: 2 }\n"),
    key: 'aliases.demo.do.args.pattern',
    says: /linear/,
  },
];
