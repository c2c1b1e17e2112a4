import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSecretService, whyNoSecretService } from '../credential/keychain/secret-service.js';
import { serveConnect } from '../fixtures/backends/connect.js';
import { serveDoppler } from '../fixtures/backends/doppler.js';
import { makePasswordStore, whyNoPass } from '../fixtures/backends/password-store.js';
import { serveInfisical } from '../fixtures/backends/infisical.js';
import { makeProgram } from '../fixtures/backends/programs.js';
import type { ProgramStandIn } from '../fixtures/backends/programs.js';
import type { Api } from '../fixtures/backends/serve-api.js';
import { serveVault } from '../fixtures/backends/vault.js';
import { OUTLOOP } from '../helpers/entry.js';
import { attempt, operate, type Step } from '../helpers/operate.js';
import { makeHome } from '../helpers/temporary-home.js';

const HAS_STRACE = process.platform === 'linux' && existsSync('/usr/bin/strace');

/** The machine may be busy; nothing here is about speed. */
vi.setConfig({ testTimeout: 120_000 });

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = readFileSync(join(ROOT, 'docs/backends.md'), 'utf8');
const VALUE = 'sk_test_8fJ2kLmN0pQrStUv';
const TOKEN = 'bootstrap-5d1c8e77aa02';
/** What the tool says of a key that reached it: a digest over more than the key, since the key's own is redacted. */
const prove = (key: string): string => `${createHash('sha256').update(`proof of ${key}`).digest('hex')}  -\n`;

type Ended = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };

let home: string;
let remove: (() => void) | undefined;
let api: { connect: Api; infisical: Api; doppler: Api; vault: Api };
let op: ProgramStandIn;

/** A shell line in the client's folder, with `outloop` on its PATH. */
function shell(line: string, env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn('/bin/sh', ['-ec', line], {
    cwd: join(home, 'acme'),
    env: { PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`, OUTLOOP_HOME: join(home, 'state'), TOKEN, KEY: VALUE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, stdout, stderr })));
}

async function must(line: string, env: Record<string, string> = {}): Promise<Ended> {
  const ended = await shell(line, env);
  if (ended.exit !== 0) throw new Error(`${line}: ${ended.stderr}`);
  return ended;
}

const manner = () => ({ cwd: join(home, 'acme'), env: { PATH: process.env['PATH'], OUTLOOP_HOME: join(home, 'state'), TOKEN } });
/** Gives one operator command, and gives how it ended. */
const tell = (line: string, input = '') => attempt([line.split(' '), { input }], manner());

/** Gives operator commands that are not what is tested, and gives what they printed. */
function prepare(steps: readonly Step[]): ReturnType<typeof operate> {
  return operate(steps, manner());
}

/** Points a credential of acme's into a backend. */
const point = (backend: string, ref: string, name = 'billing'): Step => [
  ['secret', 'set', `acme/${name}`, '--backend', backend, '--ref', ref, '--yes'],
];

/** What stands in a section of the document: its settings and its commands, with the stand-ins in the places that it names. */
function readSection(title: string): { readonly settings: string; readonly commands: string } {
  const section = DOCUMENT.split(/^## /m).find((one) => one.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`there is no section ${title}`);
  const block = (kind: string): string => new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\``, 'm').exec(section)?.[1] ?? '';
  return { settings: place(block('yaml')), commands: place(block('sh')) };
}

function place(text: string): string {
  return text
    .replace('https://connect.example.com', api.connect.url)
    .replace('https://app.infisical.com', api.infisical.url)
    .replace('project: acme\n', `project: acme\n    base: ${api.doppler.url}\n`)
    .replace('https://vault.example.com:8200', api.vault.url)
    .replaceAll('/usr/bin/op', op.path)
    .replaceAll('/run/secrets', join(home, 'secrets'));
}

function setUp(settings: string): void {
  writeFileSync(join(home, 'state/settings.yaml'), `version: 1\n${settings}`, { mode: 0o600 });
}

const run = (alias = 'demo.key.use', env: Record<string, string> = {}, ...rest: string[]) =>
  shell(`outloop run ${alias} --json ${rest.join(' ')}`, { OUTLOOP_PRINCIPAL: 'agent:test', ...env });
const record = async (...args: Parameters<typeof run>) => JSON.parse((await run(...args)).stdout) as Record<string, unknown>;

/** A credential in each backend that is asked over the network or through a program. */
const EVERYWHERE = [
  ['one', '1password', 'op://Acme/Stripe/secret key'],
  ['two', 'connect', 'op://Acme/Stripe/secret key'],
  ['three', 'infisical', 'payments/STRIPE_KEY'],
  ['four', 'doppler', 'STRIPE_KEY'],
  ['five', 'vault', 'secret/acme/stripe#key'],
] as const;

/** The settings of every section together; `more` goes to the last. */
function everyBackend(more = ''): string {
  const sections = ['1password, through op', 'Infisical', 'Doppler', 'HashiCorp Vault and OpenBao'].map((title) =>
    readSection(title.replace('1pass', '1Pass')).settings.replace('backends:\n', ''),
  );
  const connect = readSection('1Password, through Connect')
    .settings.replace('backends:\n', '')
    .replace('1password:\n', 'connect:\n    kind: 1password\n')
    .replace('token: embedded', 'token: { env: TOKEN }');
  return `backends:\n${connect}${sections.join('')}${more}`;
}

/** Follows a section to its first run, and gives what the run printed. */
async function follow(title: string, env: Record<string, string> = {}, more = ''): Promise<void> {
  const { settings, commands } = readSection(title);
  expect(commands).not.toBe('');
  setUp(settings + more);
  for (const line of commands.trim().split('\n')) await must(line, env);
  const { exit, stdout } = await run('demo.key.use', env);
  const ended = JSON.parse(stdout) as Record<string, unknown>;
  expect([ended['code'], ended['stdout']]).toEqual(['OK', prove(VALUE)]);
  expect(exit).toBe(0);
}

/** One action that takes a credential out of each backend of EVERYWHERE. */
function everywhereService(): string {
  const slots = EVERYWHERE.map(([name]) => `${name}: { scheme: bearer, hosts: [demo.invalid] }`).join(', ');
  const credentials = EVERYWHERE.map(([name]) => `${name.toUpperCase()}: ${name}`).join(', ');
  const command = `params: { text: { type: string } }, command: { argv: [${join(home, 'tool')}, say, '{text}'], credentials: { ${credentials} }, delivery: env, cwd: private }`;
  return `version: 1
service: everywhere
title: Everywhere
slots: { ${slots} }
aliases:
  everywhere.key.use: { title: Use, effect: read, ${command} }
  everywhere.key.delete: { title: Delete, effect: destructive, ${command} }
`;
}

beforeAll(async () => {
  ({ home, remove } = makeHome());
  for (const folder of ['acme', 'bin', 'secrets']) mkdirSync(join(home, folder), { mode: 0o700 });
  // The document's commands are typed on a terminal; here nobody is there to be asked.
  writeFileSync(
    join(home, 'bin/outloop'),
    `#!/bin/sh\ncase "$1 $2" in 'secret set'|'backend vet'|'tenant add'|'service '*|'grant add'|'link '*) set -- "$@" --yes ;; esac\nexec '${OUTLOOP}' "$@"\n`,
    { mode: 0o755 },
  );
  const [connect, infisical, doppler, vault] = await Promise.all([
    serveConnect(TOKEN, new Map([['Acme/Stripe/secret key', VALUE]])),
    serveInfisical(
      { clientId: '6f1c0a2e-8d4b-4c55-9a36-2f1f3f0f7a10', clientSecret: TOKEN },
      new Map([['64f0c1b2-1111-4222-8333-444455556666/prod/payments/STRIPE_KEY', VALUE]]),
    ),
    serveDoppler(TOKEN, new Map([['acme/prd/STRIPE_KEY', VALUE]])),
    serveVault(
      { token: 'hvs.root', roleId: '675a50e7-cfe0-be76-e35f-49ec009731ea', secretId: TOKEN },
      new Map([['secret/acme/stripe#key', VALUE]]),
    ),
  ]);
  api = { connect, infisical, doppler, vault };
  op = makeProgram(home, TOKEN);
  op.put('op://Acme/Stripe/secret key', VALUE);
  writeFileSync(join(home, 'secrets/stripe'), `${VALUE}\n`, { mode: 0o600 });
  writeFileSync(
    join(home, 'tool'),
    '#!/bin/sh\ncase $1 in key) printf "proof of %s" "$KEY" | sha256sum;; say) echo "$2";; env) env;; esac\n',
  );
  chmodSync(join(home, 'tool'), 0o755);
  const command = (argv: string) =>
    `command: { argv: [${join(home, 'tool')}, ${argv}], credentials: { KEY: token }, delivery: env, cwd: private }`;
  writeFileSync(
    join(home, 'acme/demo.yaml'),
    `version: 1
service: demo
title: Demo
slots: { token: { scheme: bearer, hosts: [demo.invalid] } }
aliases:
  demo.key.use: { title: Key, effect: read, ${command('key')} }
  demo.env.list: { title: Environment, effect: read, ${command('env')} }
  demo.text.say: { title: Say, effect: read, params: { text: { type: string } }, ${command("say, '{text}'")} }
  demo.item.delete: { title: Delete, effect: destructive, ${command('key')} }
`,
  );
  writeFileSync(join(home, 'acme/everywhere.yaml'), everywhereService());
  const steps: readonly Step[] = [
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'acme', '--yes']],
    [['service', 'add', './demo.yaml', '--yes']],
    [['service', 'add', './everywhere.yaml', '--yes']],
    [['service', 'vet', 'demo', '--yes']],
    [['secret', 'set', 'acme/billing', '--yes'], { input: VALUE }],
    [['grant', 'add', 'acme', '--permit', 'demo.*', '--bind', 'token=billing', '--yes']],
    [['grant', 'add', 'acme', '--forbid', '*.delete', '--yes']],
    [['link', '--tenant', 'acme', '--project', 'web', '--yes']],
  ];
  await prepare(steps);
}, 120_000);

afterAll(async () => {
  await Promise.all(Object.values(api ?? {}).map((one) => one.close()));
  remove?.();
});

describe('an operator who follows docs/backends.md reaches a first run', () => {
  test('with 1Password through op, one process for the read', async () => {
    await follow('1Password, through op');
    expect(op.calls()).toEqual([
      'whoami [OP_BIOMETRIC_UNLOCK_ENABLED OP_CACHE OP_SERVICE_ACCOUNT_TOKEN ]',
      'read --no-newline op://Acme/Stripe/secret key [OP_BIOMETRIC_UNLOCK_ENABLED OP_CACHE OP_SERVICE_ACCOUNT_TOKEN ]',
      'read --no-newline op://Acme/Stripe/secret key [OP_BIOMETRIC_UNLOCK_ENABLED OP_CACHE OP_SERVICE_ACCOUNT_TOKEN ]',
    ]);
  });

  test.each([
    ['1Password, through Connect', 'connect'],
    ['Infisical', 'infisical'],
    ['Doppler', 'doppler'],
    ['HashiCorp Vault and OpenBao', 'vault'],
  ] as const)('with %s, one read for the check and one for the run', async (title, name) => {
    await follow(title);
    expect(api[name].reads).toBe(2);
  });

  test('with env', async () => {
    await follow('env', { STRIPE_KEY: VALUE });
  });

  test('with file', async () => {
    await follow('file');
  });

  test.runIf(whyNoPass() === null)(`with exec, for real with pass and gpg${whyNoPass() ?? ''}`, async () => {
    const store = makePasswordStore(home, { 'acme/stripe': VALUE });
    try {
      await follow('exec', {}, `    env: { PASSWORD_STORE_DIR: ${store.directory}, GNUPGHOME: ${store.gnupgHome} }\n`);
      await prepare([point('pass', 'acme/none')]);
      expect(await record()).toMatchObject({ exit: 115, code: 'SECRET_MISSING' });
    } finally {
      store.remove();
    }
  });

  test.runIf(whyNoSecretService() === null)(`with the OS keychain, for real with gnome-keyring ${whyNoSecretService() ?? ''}`, async () => {
    const service = await startSecretService();
    try {
      await follow('OS keychain', { DBUS_SESSION_BUS_ADDRESS: service.env['DBUS_SESSION_BUS_ADDRESS'] ?? '' });
    } finally {
      service.stop();
    }
  });
});

describe('through the real binary', () => {
  test('a denied request asks no backend and starts no program of one, whichever backends its credentials are in', async () => {
    setUp(everyBackend());
    await prepare(EVERYWHERE.map(([name, backend, ref]) => point(backend, ref, name)));
    const bound = EVERYWHERE.flatMap(([name]) => ['--bind', `${name}=${name}`]);
    await prepare([
      ...['1password', 'infisical', 'doppler', 'vault'].map((name): Step => [
        ['secret', 'set', `@backends/${name}`, '--yes'],
        { input: TOKEN },
      ]),
      [['backend', 'vet', '1password', '--yes']],
      [['grant', 'add', 'acme', '--permit', 'everywhere.key.use', ...bound, '--yes']],
    ]);
    const asked = () => [op.calls().length, ...Object.values(api).map((one) => one.requests.length)];
    const before = asked();
    const denied = await Promise.all([
      record('everywhere.key.delete', {}, 'text=x'),
      record('everywhere.lost.use'),
      record('globex/everywhere.key.use', {}, 'text=x'),
      record('everywhere.key.use'),
      record('everywhere.key.use', {}, 'text=--x'),
      record('everywhere.key.use', {}, 'text=x --tenant globex'),
      record('everywhere.key.use', { NODE_OPTIONS: '--no-warnings' }, 'text=x'),
      record('everywhere.key.use', {}, 'text=x --dry-run'),
    ]);
    expect(denied.map(({ exit }) => exit)).toEqual([105, 105, 104, 106, 106, 104, 110, 0]);
    await prepare([[['explain', 'everywhere.key.use', 'text=x']], [['aliases']], [['secret', 'list', 'acme']], [['backend', 'list']]]);
    // A reference that settings list for another tenant, and an audit log that cannot be written.
    setUp(everyBackend("    tenants: { globex: ['*'] }\n"));
    expect(await record('everywhere.key.use', {}, 'text=x')).toMatchObject({ exit: 111, code: 'CONFIG_INVALID', backend_called: false });
    setUp(everyBackend());
    await must('mv "$OUTLOOP_HOME/audit/lock" "$OUTLOOP_HOME/kept"; mkdir "$OUTLOOP_HOME/audit/lock"');
    expect(await record('everywhere.key.use', {}, 'text=x')).toMatchObject({ exit: 112, code: 'AUDIT_UNAVAILABLE', backend_called: false });
    await must('rmdir "$OUTLOOP_HOME/audit/lock"; mv "$OUTLOOP_HOME/kept" "$OUTLOOP_HOME/audit/lock"');
    expect(asked()).toEqual(before);

    const reads = () => [op.calls().filter((line) => line.startsWith('read')).length, ...Object.values(api).map((one) => one.reads)];
    const readBefore = reads();
    expect(await record('everywhere.key.use', {}, 'text=x')).toMatchObject({ code: 'OK', backend_called: true });
    expect(reads()).toEqual(readBefore.map((count) => count + 1));
  });

  test.runIf(HAS_STRACE)(
    'a trace of the processes shows it: what is denied connects to nobody and starts none but the lock’s helper (needs strace)',
    async () => {
      setUp(everyBackend());
      const trace = async (alias: string, ...rest: string[]) => {
        const file = join(home, 'trace');
        const line = `strace -f -qq -e trace=execve,connect -o '${file}' '${OUTLOOP}' run ${alias} ${rest.join(' ')}`;
        const { exit } = await shell(line, { OUTLOOP_PRINCIPAL: 'agent:test' });
        const calls = readFileSync(file, 'utf8');
        return {
          exit,
          connects: [...calls.matchAll(/connect\(\d+, \{sa_family=AF_INET6?, sin6?_port=htons\((\d+)\)/g)].map(([, port]) => Number(port)),
          starts: [...calls.matchAll(/execve\("([^"]+)"[^\n]*= 0$/gm)].map(([, path = '']) => path),
        };
      };
      const own = (path: string) => path === process.execPath || path === OUTLOOP || /\/(?:flock|perl|sh|dash)$/.test(path);
      for (const [exit, ...words] of [
        [105, 'everywhere.key.delete', 'text=x'],
        [104, 'globex/everywhere.key.use', 'text=x'],
        [106, 'everywhere.key.use', 'text=--x'],
      ] as const) {
        const denied = await trace(words[0], ...words.slice(1));
        expect(denied).toMatchObject({ exit, connects: [] });
        expect(denied.starts.filter((path) => !own(path))).toEqual([]);
      }
      const permitted = await trace('everywhere.key.use', 'text=x');
      expect(permitted.exit).toBe(0);
      expect(permitted.connects).toEqual(expect.arrayContaining(Object.values(api).map((one) => Number(new URL(one.url).port))));
      expect(permitted.starts.filter((path) => !own(path)).length).toBeGreaterThanOrEqual(2);
    },
  );

  test('a program that changed, or was never vetted, is refused before it is started', async () => {
    setUp(readSection('1Password, through op').settings);
    await prepare([point('1password', 'op://Acme/Stripe/secret key')]);
    const before = op.calls().length;
    const vetted = readFileSync(op.path);
    writeFileSync(op.path, `${vetted.toString()}\n# changed\n`);
    expect(await record()).toMatchObject({
      exit: 109,
      code: 'TOOL_CHANGED',
      backend_called: false,
      next: { who: 'operator', command: 'outloop backend vet 1password' },
    });
    writeFileSync(op.path, vetted);
    copyFileSync(op.path, join(home, 'op-two'));
    setUp(readSection('1Password, through op').settings.replace(op.path, join(home, 'op-two')));
    expect(await record()).toMatchObject({ exit: 109, code: 'TOOL_NOT_VETTED', backend_called: false });
    expect(op.calls()).toHaveLength(before);
    setUp(readSection('1Password, through op').settings);
    expect(await record()).toMatchObject({ code: 'OK' });
  });

  test('a backend’s own token, and what is minted with it, are redacted from the output and stand nowhere', async () => {
    setUp(readSection('Infisical').settings);
    await prepare([point('infisical', 'payments/STRIPE_KEY')]);
    expect(await record('demo.text.say', {}, `text=${TOKEN}`)).toMatchObject({ stdout: '[redacted:infisical-token]\n' });
    for (const line of ['doctor --json', 'status --json', 'audit export', 'backend list --json']) {
      const { stdout, stderr } = await tell(line);
      expect(stdout).not.toBe('');
      for (const secret of [TOKEN, VALUE]) expect(stdout + stderr).not.toContain(secret);
    }
    expect((await shell(`grep -rqF '${TOKEN}' "$OUTLOOP_HOME"`)).exit).toBe(1);
    expect((await shell(`grep -rqF '${VALUE}' "$OUTLOOP_HOME"`)).exit).toBe(1);
  });

  test('a token from a variable serves CI, and no child sees it, nor the variable of an env credential', async () => {
    setUp(readSection('Doppler').settings.replace('token: embedded', 'token: { env: DOPPLER_TOKEN }'));
    await prepare([point('doppler', 'STRIPE_KEY')]);
    const { stdout } = await record('demo.env.list', { DOPPLER_TOKEN: TOKEN });
    expect(stdout).toContain('KEY=[redacted:billing]');
    expect(stdout).not.toContain('DOPPLER');
    expect(await record()).toMatchObject({
      exit: 113,
      code: 'BACKEND_LOCKED',
      reason: expect.stringContaining('the variable of its token is not set'),
    });
    setUp('');
    await prepare([point('env', 'STRIPE_KEY')]);
    expect((await record('demo.env.list', { STRIPE_KEY: VALUE }))['stdout']).not.toContain('STRIPE');
    expect(await record()).toMatchObject({ exit: 115, code: 'SECRET_MISSING' });
  });

  test('troubles end in their codes, and a message holds nothing of the value or the token', async () => {
    setUp(readSection('Doppler').settings);
    await prepare([point('doppler', 'STRIPE_KEY')]);
    const rows = [
      ['refused', 113, 'BACKEND_LOCKED', null],
      ['busy', 114, 'BACKEND_UNAVAILABLE', 30_000],
      ['garbage', 114, 'BACKEND_UNAVAILABLE', 5000],
      ['wrong', 115, 'SECRET_UNUSABLE', null],
      ['large', 115, 'SECRET_UNUSABLE', null],
    ] as const;
    for (const [mood, exit, code, retry_after_ms] of rows) {
      api.doppler.mood = mood;
      const ended = await run();
      expect(JSON.parse(ended.stdout)).toMatchObject({ exit, code, retry_after_ms, backend_called: true });
      for (const secret of [TOKEN, VALUE]) expect(ended.stdout + ended.stderr).not.toContain(secret);
    }
    api.doppler.mood = 'ready';
  });

  test('a backend that outloop does not fill takes no value, and a token goes where settings say', async () => {
    setUp(readSection('Doppler').settings);
    const env = { CLAUDECODE: '1' };
    expect((await tell('secret set acme/other --backend doppler --yes', VALUE)).stderr).toContain('takes no values from outloop');
    expect((await tell('secret set acme/other --backend dopler --ref X --yes', VALUE)).stderr).toContain(
      'there is no backend dopler; there are embedded',
    );
    expect((await tell('secret set acme/other --backend doppler --ref a/b/c --yes')).stderr).toContain('its ref is not spelt as NAME');
    expect((await tell('secret set @backends/1password --yes', TOKEN)).stderr).toContain('is set up without a token');
    for (const name of ['env', 'file', 'embedded', 'keychain'])
      expect((await tell(`secret set @backends/${name} --yes`, TOKEN)).stderr).toBe(
        `outloop: the ${name} backend has no token of its own\n`,
      );
    expect((await tell('secret set @backends/doppler --yes', 'short')).stderr).toContain('it is shorter than 8 bytes');
    expect((await shell('printf %s "$TOKEN" | outloop secret set @backends/doppler', env)).stderr).toContain('is an agent');
    await prepare([[['secret', 'remove', '@backends/doppler', '--yes']]]);
    expect((await tell('backend check doppler')).stderr).toContain(
      'its own token is not stored. Fix: outloop secret set @backends/doppler',
    );
    await must('printf %s "$TOKEN" | outloop secret set @backends/doppler; outloop secret rotate-key --yes; outloop backend check doppler');
  });

  test('doctor says which backend is not fit, how to mend it, and where tenants share one without a list', async () => {
    setUp(readSection('1Password, through op').settings);
    await prepare([
      [['tenant', 'add', 'globex', '--yes']],
      [['secret', 'set', 'globex/billing', '--backend', '1password', '--ref', 'op://Globex/Stripe/key', '--yes']],
      point('1password', 'op://Acme/Stripe/secret key'),
    ]);
    op.set('locked');
    const findings = async () =>
      ((JSON.parse((await tell('doctor --json')).stdout) as { findings: object[] }).findings ?? []) as {
        about: string;
        text: string;
        fix: string | null;
      }[];
    const before = op.calls().filter((line) => line.startsWith('read')).length;
    expect(await findings()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          about: 'backend',
          text: expect.stringContaining('1password: locked'),
          fix: 'outloop secret set @backends/1password',
        }),
        expect.objectContaining({
          about: 'credential',
          level: 'warn',
          text: expect.stringContaining('acme, globex share the 1password backend'),
        }),
      ]),
    );
    expect(op.calls().filter((line) => line.startsWith('read'))).toHaveLength(before);
    op.set('ready');
    setUp(`${readSection('1Password, through op').settings}    tenants: { acme: ['op://Acme/*'] }\n`);
    expect(await findings()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          about: 'credential',
          level: 'bad',
          text: 'credential globex/billing: its ref is not listed for this tenant in settings.yaml',
        }),
      ]),
    );
    await prepare([[['secret', 'remove', 'globex/billing', '--yes']]]);
  });

  test('a run loads the code of the backend that it uses and of no other', async () => {
    const copy = join(home, 'installed');
    await must(`mkdir '${copy}'; cp -al '${join(ROOT, 'bin')}' '${join(ROOT, 'dist')}' '${join(ROOT, 'package.json')}' '${copy}/'`);
    const apart = readdirSync(join(copy, 'dist')).filter((name) => /^(?:.*-backend|run-program|compile-.*|cli)\.cjs$/.test(name));
    expect(apart.length).toBeGreaterThanOrEqual(10);
    const withOnly = async (kept: readonly string[]) => {
      for (const name of apart) {
        rmSync(join(copy, 'dist', name), { force: true });
        if (kept.includes(name)) copyFileSync(join(ROOT, 'dist', name), join(copy, 'dist', name));
      }
      const { stdout } = await shell(`'${process.execPath}' '${join(copy, 'bin/run.js')}' run demo.key.use --json`);
      return (JSON.parse(stdout) as { code: string }).code;
    };
    setUp(readSection('1Password, through op').settings);
    for (const [backend, ref, needs] of [
      ['file', join(home, 'secrets/stripe'), ['file-backend.cjs']],
      ['1password', 'op://Acme/Stripe/secret key', ['1password-backend.cjs', 'run-program.cjs']],
    ] as const) {
      await prepare([point(backend, ref)]);
      await must('outloop run demo.key.use');
      expect(await withOnly(needs)).toBe('OK');
      expect(await withOnly([])).toBe('CONFIG_INVALID');
    }
    await prepare([[['secret', 'set', 'acme/billing', '--backend', 'embedded', '--yes'], { input: VALUE }]]);
    await must('outloop run demo.key.use');
    expect(await withOnly([])).toBe('OK');
  });

  test('its own user is who a program runs as, in the home of the password file', async () => {
    const env = join(home, 'env');
    writeFileSync(env, '#!/bin/sh\nenv | sort | tr "\\n" ";"\n', { mode: 0o755 });
    setUp(`backends:\n  show: { kind: exec, argv: [${env}, '{ref}'], env: { EXTRA: one } }\n`);
    await prepare([[['backend', 'vet', 'show', '--yes']], point('show', 'x')]);
    const { stdout } = await must('outloop run demo.key.use', { HOME: '/elsewhere', SECRET_OF_THE_CALLER: 'x' });
    const user = userInfo();
    const environments = [
      `EXTRA=one;HOME=${user.homedir};LANG=C.UTF-8;LOGNAME=${user.username};PATH=/usr/local/bin:/usr/bin:/bin;PWD=/;USER=${user.username};`,
      `EXTRA=one;HOME=${user.homedir};LANG=C.UTF-8;LOGNAME=${user.username};PATH=/usr/local/bin:/usr/bin:/bin;PWD=/;USER=${user.username};XDG_RUNTIME_DIR=/run/user/${user.uid};`,
    ];
    const hashes = environments.map(prove);
    expect(hashes).toContain(stdout);
  });
});
