import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHome, type Ended, type Home } from '../helpers/outloop.js';

const README = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The commands of the README's section on setting up, as they stand there. */
function readSetUp(): string[] {
  const section = README.split('## Set it up\n')[1] ?? '';
  return (/```sh\n([^]*?)```/.exec(section)?.[1] ?? '')
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, ''));
}

/** A service of one command alias, whose tool says what reached it. */
const SERVICE = (tool: string) => `version: 1
service: demo
title: Demo
slots: { token: { scheme: bearer, hosts: [demo.invalid] } }
aliases:
  demo.key.use:
    title: Use the key
    effect: read
    params: { text: { type: string, default: nothing } }
    command: { argv: [${tool}, '{text}'], credentials: { TOKEN: token }, delivery: env, cwd: private }
    args: { pattern: '[a-z]+', max: 2 }
`;

let home: Home;

beforeAll(async () => {
  home = makeHome();
  home.put('tool', '#!/bin/sh\necho "$#:$*:${#TOKEN}"\n', 0o755);
  home.put('demo.yaml', SERVICE(home.path('tool')));
  home.put('typo.yaml', SERVICE(home.path('tool')).replace('bearer,', 'header, nmae: X-A,'));
  home.put('acme/.keep', '');
  home.put('globex/.keep', '');
});

afterAll(() => home?.remove());

describe('the README’s commands', () => {
  test('set a client up as they are typed, down to a run that may be', async () => {
    const lines = readSetUp();
    expect(lines[0]).toBe('outloop init');
    expect(lines.at(-1)).toMatch(/^outloop run /);
    const fresh = makeHome();
    try {
      fresh.put('clients/acme/.keep', '');
      // The last one would reach out to the service, which is not here. A test has no terminal and no keychain.
      const typed = lines
        .map((line) => line.replace('~', fresh.directory).replace(/outloop init$/, 'outloop init --vault-key file'))
        .map((line) => (/outloop (tenant|service|secret|grant|link)/.test(line) ? `${line} --yes` : line));
      const env = { KEY: 'ghp_notARealKeyButLongEnough0123456789' };
      const { exit, stderr } = await fresh.shell(`set -e; ${typed.join('; ')} --dry-run`, { cwd: fresh.directory, env });
      expect([exit, stderr]).toEqual([0, expect.not.stringContaining('denied')]);
      expect(stderr).toContain('outloop: would run github.issues.list for acme/website');
    } finally {
      fresh.remove();
    }
  });
});

type Step = [line: string, exit: number, shows: string | RegExp, how?: { readonly stdin?: string }];

/** Every command of the contract, in an order that works. */
const STEPS: readonly Step[] = [
  ['outloop init --vault-key file', 0, /ready|made|state/i],
  ['outloop init', 0, /already|state/i],
  ['outloop tenant add acme --yes', 0, 'acme'],
  ['outloop tenant add globex --yes', 0, 'globex'],
  ['outloop tenant list --json', 0, '"acme"'],
  [
    'echo value | outloop secret set globx/key --yes',
    1,
    /TENANT_UNKNOWN \(104\): tenant globx is not known here\. Next: outloop tenant add globx$/m,
  ],
  ['outloop link --tenant globx --project web --yes', 1, 'Next: outloop tenant add globx'],
  ['outloop grant remove globx main --yes', 1, 'Next: outloop tenant add globx'],
  ['outloop secret list globx', 1, /Next: carry on with work that needs no access, and report it\.$/m],
  ['OUTLOOP_PRINCIPAL=agent:a outloop aliases', 1, /LINK_NOT_FOUND .* Next: carry on with work/],
  ['outloop tenant show acme --json', 0, '"acme"'],
  ['outloop service add ../typo.yaml --yes', 1, 'slots.token.nmae: the scheme header has no such option; did you mean name?'],
  ['outloop service add ../demo.yaml --yes', 0, 'demo'],
  ['outloop service add github --yes', 0, 'github'],
  ['outloop service list --json', 0, '"demo"'],
  ['outloop service show demo --json', 0, '"demo.key.use"'],
  ['outloop secret set acme/billing --yes', 0, 'acme/billing', { stdin: 'sk_test_0123456789abcdef\n' }],
  ['outloop secret list --json', 0, '"billing"'],
  ['outloop secret check acme/billing --json', 0, '"billing"'],
  [
    'outloop grant add acme --permit demo.* --bind token=billing --id main --project web --rate 60/hour --concurrency 4 --args --yes',
    0,
    'main',
  ],
  ['outloop grant add acme --permit demo.* --bind tokn=billing --yes', 1, 'has a slot tokn; did you mean token?'],
  ['outloop grant add acme --permit demo.* --bind token=billing --expires 2020-01-01 --yes', 1, 'is over already'],
  ...[
    '--rate 0/hour',
    '--rate 5',
    '--expires tomorrow',
    '--effect reed',
    '--principal robot',
    '--project "Bad Name"',
    '--concurrency 1001',
  ].map((flag): Step => [
    `outloop grant add acme --permit demo.* --bind token=billing ${flag} --yes`,
    2,
    new RegExp(`^outloop: ${flag.split(' ')[0]}(?: is one of read, write, destructive|: )`, 'm'),
  ]),
  ...['demo.**', 'Shop.*', 'demo'].map((pattern): Step => [
    `outloop grant add acme --permit "${pattern}" --yes`,
    2,
    /^outloop: --permit: this is not an alias pattern: /m,
  ]),
  ['outloop grant add acme --forbid "demo.**" --yes', 2, /^outloop: --forbid: this is not an alias pattern: /m],
  ['outloop grant add acme --forbid "*.delete" --id never --yes', 0, 'never'],
  ['outloop grant add acme --forbid "*.delete" --yes', 1, 'grant never says the same'],
  ['outloop grant list acme --json', 0, '"never"'],
  ['outloop link --tenant acme --project web --yes', 0, 'acme'],
  ['outloop links --json', 0, '"acme"'],
  ['outloop status --json', 0, '"acme"'],
  ['outloop run demo.key.use', 109, 'TOOL_NOT_VETTED'],
  ['outloop service vet demo --yes', 0, 'tool'],
  ['outloop aliases --json', 0, '"demo.key.use"'],
  ['outloop aliases --all --json', 0, '"github.issues.list"'],
  ['outloop run demo.key.use', 0, '1:nothing:24'],
  ['outloop run acme/demo.key.use text=hello -- more', 0, '2:hello more:24'],
  ['outloop run demo.key.use --params - --json', 0, '"1:from a file:24\\n"', { stdin: '{"text":"from a file"}' }],
  ['outloop run demo.key.use --dry-run', 0, 'would run demo.key.use for acme/web'],
  ['outloop run demo.key.use --timeout 5m --status-fd 3 3>status; cat status', 0, '"code":"OK"'],
  ['outloop run demo.key.use --tenant globex', 104, 'TENANT_MISMATCH'],
  ['outloop explain demo.key.use --json', 0, '"permit"'],
  ['outloop explain github.issues.list owner=a repo=b', 1, 'ALIAS_NOT_ALLOWED'],
  ['outloop tenant revoke acme --yes', 0, 'acme'],
  ['outloop run demo.key.use', 104, 'TENANT_REVOKED'],
  ['outloop tenant restore acme --yes', 0, 'acme'],
  ['outloop secret rotate-key --yes', 0, /key/],
  ['outloop run demo.key.use', 0, '1:nothing:24'],
  ['outloop audit query --json', 0, 'TENANT_REVOKED'],
  ['outloop audit show "$(outloop run demo.key.use --json | grep -o "01[0-9A-Z]*" | head -1)" --json', 0, '"demo.key.use"'],
  ['outloop audit verify --json', 0, /"(ok|valid|intact)"\s*:\s*true|"breaks"\s*:\s*\[\]/],
  ['outloop audit repair --yes', 0, /nothing|whole|sound/i],
  ['outloop audit export --format jsonl', 0, '"alias":"demo.key.use"'],
  ['outloop audit export --format csv', 0, 'demo.key.use'],
  ['outloop denials 104 --json', 0, 'TENANT_MISMATCH'],
  ['outloop denials TENANT_MISMATCH', 0, '104'],
  ['outloop denials 22', 2, 'no denial ends with 22: the service answered 400 or more'],
  ['outloop denials 7', 2, 'no denial ends with 7: it is the action’s own'],
  ['outloop denials http_error', 2, 'HTTP_ERROR is no denial, but how an action ended: the service answered 400 or more'],
  ['outloop doctor --json', 0, '"tier"'],
  [
    'outloop service remove demo --yes',
    1,
    'grant main of tenant acme permits aliases of service demo alone. Next: outloop grant remove acme main',
  ],
  ['outloop grant remove acme main --yes', 0, 'main'],
  ['outloop run demo.key.use', 105, 'ALIAS_NOT_ALLOWED'],
  ['outloop secret remove acme/billing --yes', 0, 'acme/billing'],
  ['outloop service remove demo --yes', 0, 'demo'],
  ['outloop run demo.key.use', 105, 'ALIAS_UNKNOWN'],
  ['mkdir gone && (cd gone; outloop link --tenant acme --project old --yes) && rm -r gone', 0, 'linked'],
  ['outloop links', 0, /gone +lnk_\w+ +gone$/m],
  ['outloop doctor', 0, /! +links .*\/gone of acme\/old is gone\. Fix: outloop unlink \S+\/gone$/m],
  ['outloop unlink gone --yes', 0, 'unlinked'],
  ['outloop unlink gone --yes', 1, 'gone is not linked'],
  ['outloop unlink --yes', 0, 'acme'],
  ['outloop run github.issues.list', 103, 'LINK_NOT_APPROVED'],
  ['outloop requests show req_01', 2, 'this is not the whole id of a request; see outloop requests list'],
  ['outloop requests show 01', 2, 'a request’s id begins with req_'],
  ['outloop help run', 0, 'USAGE'],
  ['outloop agents check --help', 0, 'agents check [DIR …]'],
  ['outloop explain --help', 0, 'print the decision as JSON'],
  ['outloop grant add --help', 0, /once: .*always-ask: /s],
  ['outloop autocomplete script bash', 0, 'outloop'],
  ['outloop tenat list', 2, 'tenant list'],
];

describe('every command of the contract, in one home from set-up to the end,', () => {
  test.each(STEPS)('%s ends with %i', async (line, exit, shows, how = {}) => {
    const input = how.stdin === undefined ? line : `printf %s '${how.stdin}' | ${line}`;
    const ended: Ended = await home.shell(input, { env: { HOME: home.directory } });
    expect({ ...ended, exit: ended.exit }).toMatchObject({ exit });
    expect(ended.stdout + ended.stderr).toMatch(
      typeof shows === 'string' ? new RegExp(shows.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : shows,
    );
    if (line.includes('--json') && ended.stdout.startsWith('{')) expect(() => JSON.parse(ended.stdout) as unknown).not.toThrow();
    expect(ended.stdout + ended.stderr).not.toContain('sk_test_0123456789abcdef');
  });
});
