import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Step } from '../helpers/operate.js';
import { OUTLOOP } from '../helpers/entry.js';
import { makeSandbox, type Ended, type Sandbox } from './sandbox.js';

/** The credential of the CI's client, which nothing may show. */
export const KEY = 'sk_test_8fJ2kLmN0pQrStUv';
/** Where the repository is. */
export const ADDRESS = 'https://github.com/acme-inc/site';

/** What a job of each CI sees of itself, as the documents of each say; `top` is its checkout. */
export const MARKERS: Readonly<Record<string, (top: string) => Readonly<Record<string, string>>>> = {
  github: (top) => ({
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme-inc/site',
    GITHUB_WORKSPACE: top,
  }),
  gitlab: (top) => ({ CI: 'true', GITLAB_CI: 'true', CI_PROJECT_URL: ADDRESS, CI_PROJECT_DIR: top, CI_JOB_ID: '7' }),
  generic: () => ({ CI: 'true' }),
};

/** An operator's home whose folder `acme` is a checkout with a linked folder and a grant for CIs. */
export type CiHome = Sandbox & {
  /** Runs git in a folder. */
  readonly git: (cwd: string, ...args: string[]) => string;
  /** The CI's own secret, as `ci init` made it. */
  readonly secret: () => string;
  /** Commits everything and clones it elsewhere, as a CI's checkout step does; the remote is named as a CI names it. */
  readonly checkOut: (name: string) => string;
};

export async function makeCiHome(): Promise<CiHome> {
  const box = makeSandbox();
  const git = (cwd: string, ...args: string[]) => {
    const env = { PATH: '/usr/bin:/bin', HOME: box.home, GIT_CONFIG_NOSYSTEM: '1' };
    const ended = spawnSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.invalid', ...args], {
      cwd,
      env,
      encoding: 'utf8',
    });
    if (ended.status !== 0) throw new Error(`git ${args.join(' ')}: ${ended.stderr}`);
    return ended.stdout;
  };
  const tool = join(box.home, 'tool');
  const ran = join(box.home, 'ran');
  writeFileSync(tool, `#!/bin/sh\nenv > '${ran}'\nprintf 'built %s with %s\\n' "$1" "$KEY"\n`, { mode: 0o755 });
  writeFileSync(join(box.home, 'build.yaml'), service(tool));
  const grant = (id: string, permit: string, credential: string, principal: string): Step => [
    ['grant', 'add', 'acme', '--id', id, '--permit', permit, '--bind', `token=${credential}`, '--principal', principal, '--yes'],
  ];
  git(box.folder, 'init', '-q', '-b', 'main');
  git(box.folder, 'remote', 'add', 'origin', `${ADDRESS}.git`);
  await box.setUpAll([
    [['init', '--vault-key', 'file']],
    [['tenant', 'add', 'acme', '--yes']],
    [['service', 'add', './build.yaml', '--yes']],
    [['service', 'vet', 'build', '--yes']],
    [['secret', 'set', 'acme/bot', '--yes'], { input: KEY }],
    [['secret', 'set', 'acme/other', '--yes'], { input: 'sk_test_others_only' }],
    grant('build', 'build.site.*', 'bot', 'ci'),
    grant('people', 'build.all.*', 'other', 'human'),
    [['link', '--tenant', 'acme', '--project', 'site', '--yes'], { cwd: box.folder }],
  ]);
  const secret = () => {
    const directory = join(box.state, 'ci');
    const [file = ''] = spawnSync('ls', [directory], { encoding: 'utf8' }).stdout.trim().split('\n');
    return readFileSync(join(directory, file), 'utf8').trim();
  };
  const checkOut = (name: string) => {
    git(box.folder, 'add', '-A');
    git(box.folder, 'commit', '-q', '--allow-empty', '-m', 'state');
    const top = join(box.home, 'jobs', name);
    rmSync(top, { recursive: true, force: true });
    mkdirSync(join(box.home, 'jobs'), { recursive: true });
    git(box.home, 'clone', '-q', box.folder, top);
    git(top, 'remote', 'set-url', 'origin', ADDRESS);
    return top;
  };
  return { ...box, git, secret, checkOut };
}

function service(tool: string): string {
  const command = `{ argv: [${JSON.stringify(tool)}, '{page}'], credentials: { KEY: token } }`;
  return `version: 1
service: build
title: Build
slots: { token: { scheme: bearer, hosts: [service.invalid] } }
aliases:
  build.site.make: { title: Build a page, effect: write, params: { page: { type: string } }, command: ${command} }
  build.all.make: { title: Build everything, effect: write, params: { page: { type: string } }, command: ${command} }
`;
}

/** A job's machine: a checkout, its own HOME and temporary folder, and nothing of the operator's but outloop on its PATH. */
export type Job = {
  readonly top: string;
  readonly home: string;
  readonly state: string;
  /** Runs outloop as a step does: with `env` as all of its environment besides PATH, HOME and where the states are. */
  readonly outloop: (args: readonly string[], env?: Readonly<Record<string, string>>, cwd?: string) => Promise<Ended>;
  /** Runs a script with nothing but this environment, PATH and HOME. */
  readonly script: (shell: readonly string[], text: string, env: Readonly<Record<string, string>>) => Promise<Ended>;
};

export function makeJob(box: CiHome, top: string): Job {
  const home = `${top}-home`;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(join(home, 'bin'), { recursive: true, mode: 0o700 });
  const program = (name: string, text: string) => {
    writeFileSync(join(home, 'bin', name), text);
    chmodSync(join(home, 'bin', name), 0o755);
  };
  // The install step: what it was asked and what it saw of the environment is kept, and outloop is there afterwards.
  const install = `ln -sf '${join(home, 'installed')}' '${join(home, 'bin/outloop')}'`;
  program('npm', `#!/bin/sh\nprintf '%s\\n' "$*" >> '${home}/npm-asked'; env >> '${home}/npm-saw'; ${install}\n`);
  writeFileSync(join(home, 'installed'), `#!/bin/sh\nexec '${OUTLOOP}' "$@"\n`, { mode: 0o755 });
  const base = { PATH: `${join(home, 'bin')}:/usr/bin:/bin`, HOME: home };
  const state = join(home, 'outloop');
  const outloop: Job['outloop'] = (args, env = {}, cwd = top) =>
    box.spawn(OUTLOOP, args, {
      cwd,
      env: { ...base, OUTLOOP_HOME: join(top, '.outloop-ci'), OUTLOOP_STATE: state, ...env },
    });
  const script: Job['script'] = ([shell = '/bin/sh', ...flags], text, env) => {
    const file = join(home, 'step');
    writeFileSync(file, text);
    return box.spawn('env', ['-i', ...Object.entries({ ...base, ...env }).map((pair) => pair.join('=')), shell, ...flags, file], {
      cwd: top,
    });
  };
  return { top, home, state, outloop, script };
}

/** A copy of a checkout, for a pull request of somebody hostile. */
export function fork(top: string, name: string): string {
  const copy = `${top}-${name}`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(top, copy, { recursive: true });
  return copy;
}

/** The environment that the kernel gave the tool when it ran last; null: it did not. */
export function toolSaw(box: Sandbox): string | null {
  const file = join(box.home, 'ran');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : null;
  rmSync(file, { force: true });
  return text;
}

/** A written pipeline, read as its CI reads it. */
export function readPipeline(top: string, file: string): unknown {
  return parse(readFileSync(join(top, file), 'utf8'));
}
