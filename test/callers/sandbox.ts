import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTLOOP } from '../helpers/entry.js';
import { attempt, operate, type Operated, type Step } from '../helpers/operate.js';

/** The credential of every sandbox, which nothing may show. */
export const KEY = 'sk_test_8fJ2kLmN0pQrStUv';

export type Ended = { readonly exit: number | null; readonly stdout: string; readonly stderr: string };
export type More = { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly input?: string };

/** A temporary home with an operator state of its own, a folder `acme` of client acme, and stand-ins for the system's programs. */
export type Sandbox = Pick<Operated, 'attempt'> & {
  readonly home: string;
  readonly folder: string;
  readonly state: string;
  /** Runs outloop; an environment of PATH and OUTLOOP_HOME, and what is given. */
  readonly outloop: (args: readonly string[], more?: More) => Promise<Ended>;
  /** Gives an operator command, which must exit 0, as `operate` does: not for what is tested. */
  readonly setUp: (...step: Step) => Promise<Pick<Ended, 'stdout' | 'stderr'>>;
  /** Gives several such commands. */
  readonly setUpAll: (steps: readonly Step[], env?: More['env']) => Promise<void>;
  /** Runs another program as it is, with nothing but `env`. */
  readonly spawn: (program: string, args: readonly string[], more?: More) => Promise<Ended>;
  /** Puts a program on the sandbox's PATH. */
  readonly program: (name: string, script: string) => string;
  readonly crontab: () => string | null;
  readonly remove: () => void;
};

/** What `crontab` does, over a file; `crontab-fails` makes it refuse. */
export const CRONTAB = `#!/bin/sh
here=\${0%/*}/..
[ -e "$here/crontab-fails" ] && { echo "crontab: no room" >&2; exit 1; }
case "$1" in
  -l) if [ -e "$here/crontab" ]; then cat "$here/crontab"; else echo "no crontab for ann" >&2; exit 1; fi ;;
  -r) rm -f "$here/crontab" ;;
  -) cat > "$here/crontab" ;;
esac
`;

/** An empty sandbox; `name` goes into its path. */
export function makeSandbox(name = ''): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'outloop-'));
  const home = join(root, `h${name}`);
  const bin = join(home, 'bin');
  const [folder, state] = [join(home, 'acme'), join(home, 'state')];
  mkdirSync(bin, { recursive: true, mode: 0o700 });
  mkdirSync(folder, { mode: 0o700 });
  const program = (called: string, script: string) => {
    const path = join(bin, called);
    writeFileSync(path, script);
    chmodSync(path, 0o755);
    return path;
  };
  program('crontab', CRONTAB);
  const base = { PATH: `${bin}:/usr/bin:/bin`, OUTLOOP_HOME: state };
  const outloop = (args: readonly string[], more: More = {}) => run(OUTLOOP, args, { cwd: home, ...more, env: { ...base, ...more.env } });
  const setUp: Sandbox['setUp'] = async (...step) => (await operate([step], { cwd: home, env: base }))[0] ?? { stdout: '', stderr: '' };
  const setUpAll: Sandbox['setUpAll'] = async (steps, env) => void (await operate(steps, { cwd: home, env: { ...base, ...env } }));
  const crontab = () => (existsSync(join(home, 'crontab')) ? readFileSync(join(home, 'crontab'), 'utf8') : null);
  const remove = () => rmSync(root, { recursive: true, force: true });
  return {
    home,
    folder,
    state,
    outloop,
    setUp,
    setUpAll,
    attempt: (...step) => attempt(step, { cwd: home, env: base }),
    spawn: (path, args, more = {}) => run(path, args, { cwd: home, ...more }),
    program,
    crontab,
    remove,
  };
}

function run(path: string, args: readonly string[], { cwd, env = {}, input = '' }: More): Promise<Ended> {
  const child = spawn(path, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, stdout, stderr }));
  });
}

/**
 * Sets a sandbox up: client acme with a credential, service `demo` whose command aliases run `tool`, a grant for `principals`, and the folder linked.
 * `demo.report.make` appends its month to `ran`; `demo.slow.make` waits until `go` is there.
 */
export async function furnish(
  sandbox: Sandbox,
  principals: readonly string[] = ['schedule'],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { home, folder } = sandbox;
  const tool = join(home, 'tool');
  writeFileSync(
    tool,
    `#!/bin/sh
case "$1" in
  slow) echo started >> '${quoted(home)}/ran'; while [ ! -e '${quoted(home)}/go' ]; do sleep 0.05; done ;;
  fail) echo "no such month" >&2; exit 7 ;;
  *) echo "$1" >> '${quoted(home)}/ran'; echo "report for $1, by key $KEY" ;;
esac
`,
    { mode: 0o755 },
  );
  writeFileSync(join(home, 'demo.yaml'), demoService(tool));
  const who = principals.flatMap((principal) => ['--principal', principal]);
  const steps: readonly Step[] = [
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'acme', '--yes']],
    [['service', 'add', './demo.yaml', '--yes']],
    [['service', 'vet', 'demo', '--yes']],
    [['secret', 'set', 'acme/bot', '--yes'], { input: `${KEY}\n` }],
    [['grant', 'add', 'acme', '--id', 'reports', '--permit', 'demo.*', '--bind', 'token=bot', ...who, '--yes']],
    [['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: folder }],
  ];
  await sandbox.setUpAll(steps, env);
}

/** For the inside of single quotes. */
function quoted(text: string): string {
  return text.replaceAll("'", `'"'"'`);
}

export function demoService(tool: string): string {
  const command = (argv: string) => `{ argv: [${JSON.stringify(tool)}, ${argv}], credentials: { KEY: token } }`;
  return `version: 1
service: demo
title: Demo
slots: { token: { scheme: bearer, hosts: [service.invalid] } }
aliases:
  demo.report.make: { title: Make a report, effect: read, params: { month: { type: string } }, command: ${command("'{month}'")} }
  demo.slow.make: { title: Wait, effect: read, command: ${command('slow')} }
  demo.broken.make: { title: Fail, effect: read, command: ${command('fail')} }
`;
}

/** The command of a schedule's entry in a crontab, as cron would hand it to sh. */
export function cronCommand(crontab: string | null, name: string): string {
  const lines = (crontab ?? '').split('\n').filter((line) => !line.startsWith('#') && line.endsWith(` schedule run ${name}`));
  const command = /^(?:\S+ ){5}(.*)$/.exec(lines[0] ?? '')?.[1];
  if (command === undefined || lines.length !== 1) throw new Error(`not one entry of ${name}`);
  return command.replaceAll('\\%', '%');
}
