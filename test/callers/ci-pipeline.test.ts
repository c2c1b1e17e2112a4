import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { KEY, makeCiHome, makeJob, MARKERS, readPipeline, toolSaw, type CiHome, type Job } from './ci-home.js';

// Each case starts outloop several times, and machines may be busy.
vi.setConfig({ testTimeout: 120_000 });

/** What a job of a pipeline left: how each of its steps ended, and the files that its CI would keep. */
type Left = {
  readonly exits: Readonly<Record<string, number | null>>;
  readonly said: string;
  readonly kept: Readonly<Record<string, string>>;
};
type Step = {
  readonly name?: string;
  readonly run?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly env?: Record<string, string>;
  readonly with?: Record<string, string>;
};

let box: CiHome;
const secrets: Record<string, string> = {};
const PAGE = `it's "a" %page $HOME \\n é`;

beforeAll(async () => {
  box = await makeCiHome();
  for (const provider of ['github', 'gitlab', 'generic']) {
    await box.setUp(['ci', 'init', provider, '--yes', '--home', `.outloop-${provider}`, 'build.site.make', `page=${PAGE}`], {
      cwd: box.folder,
    });
    secrets[provider] = box.secret();
  }
}, 120_000);
afterAll(() => box.remove());

/** As GitHub runs the steps of a job: bash -e, a file for variables that later steps get, and `if: always()`. */
async function runGithub(job: Job): Promise<Left> {
  const workflow = readPipeline(job.top, '.github/workflows/outloop.yml') as { jobs: Record<string, { steps: Step[] }> };
  const variables = join(job.home, 'github-env');
  writeFileSync(variables, '');
  const base = { ...MARKERS['github']?.(job.top), GITHUB_ENV: variables, RUNNER_TEMP: job.home };
  const fill = (text: string) =>
    text.replace('${{ secrets.OUTLOOP_VAULT_KEY }}', secrets['github'] ?? '').replace('${{ runner.temp }}', job.home);
  const exits: Record<string, number | null> = {};
  const kept: Record<string, string> = {};
  let said = '';
  let failed = false;
  for (const step of workflow.jobs['outloop']?.steps ?? []) {
    if (failed && step.if !== 'always()') continue;
    if (step.uses?.startsWith('actions/upload-artifact@') === true) {
      const path = fill(step.with?.['path'] ?? '');
      kept[step.with?.['name'] ?? ''] = readFileSync(path, 'utf8');
    }
    if (step.run === undefined) continue;
    const more = Object.fromEntries(
      readFileSync(variables, 'utf8')
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [line.split('=') as [string, string]])),
    );
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value)]));
    const ended = await job.script(['/bin/bash', '-e'], step.run, { ...base, ...more, ...own });
    exits[step.name ?? ''] = ended.exit;
    said += ended.stdout + ended.stderr;
    failed ||= ended.exit !== 0;
  }
  return { exits, said, kept };
}

/** As a GitLab runner does: one shell for `script`, another for `after_script`, which runs in any case. */
async function runGitlab(job: Job): Promise<Left> {
  const { outloop } = readPipeline(job.top, '.gitlab/outloop.yml') as {
    outloop: {
      variables: Record<string, string>;
      script: string[];
      after_script: string[];
      artifacts: { paths: string[]; reports: Record<string, string> };
    };
  };
  const id = `${process.pid}`;
  const base: Record<string, string> = { ...MARKERS['gitlab']?.(job.top), CI_JOB_ID: id, OUTLOOP_VAULT_KEY: secrets['gitlab'] ?? '' };
  for (const [name, value] of Object.entries(outloop.variables)) base[name] = value.replace('$CI_JOB_ID', id);
  try {
    const main = await job.script(['/bin/bash'], `set -eo pipefail\n${outloop.script.join('\n')}`, base);
    const after = await job.script(['/bin/bash'], `set -eo pipefail\n${outloop.after_script.join('\n')}`, base);
    const files = [...outloop.artifacts.paths, ...Object.values(outloop.artifacts.reports)];
    const kept = Object.fromEntries(files.map((file) => [file, readFileSync(join(job.top, file), 'utf8')]));
    return { exits: { script: main.exit, after_script: after.exit }, said: main.stdout + main.stderr + after.stdout + after.stderr, kept };
  } finally {
    rmSync(base['OUTLOOP_STATE'] ?? '', { recursive: true, force: true });
  }
}

async function runGeneric(job: Job): Promise<Left> {
  const env = { ...MARKERS['generic']?.(job.top), OUTLOOP_VAULT_KEY: secrets['generic'] ?? '', OUTLOOP_STATE: job.state };
  const text = readFileSync(join(job.top, 'outloop-ci.sh'), 'utf8');
  const ended = await box.spawn(
    'env',
    ['-i', ...pairs({ PATH: `${join(job.home, 'bin')}:/usr/bin:/bin`, HOME: job.home, ...env }), join(job.top, 'outloop-ci.sh')],
    { cwd: '/' },
  );
  const files = ['outloop-audit.jsonl', 'outloop-report.xml'].filter((file) => text.includes(file) && existsSync(join(job.top, file)));
  return {
    exits: { script: ended.exit },
    said: ended.stdout + ended.stderr,
    kept: Object.fromEntries(files.map((file) => [file, readFileSync(join(job.top, file), 'utf8')])),
  };
}

const pairs = (env: Readonly<Record<string, string>>) => Object.entries(env).map((pair) => pair.join('='));

const RUNNERS = { github: runGithub, gitlab: runGitlab, generic: runGeneric } as const;
const PROVIDERS = ['github', 'gitlab', 'generic'] as const;

describe('the steps of a pipeline’s part, in an environment of nothing but what its CI gives', () => {
  test.each(PROVIDERS)(
    '%s: install outloop, prepare it, run the alias with its very parameters, and keep the log',
    async (provider) => {
      const job = makeJob(box, box.checkOut(provider));
      const left = await RUNNERS[provider](job);
      expect(Object.values(left.exits).every((exit) => exit === 0)).toBe(true);
      expect(left.said).toContain(`built ${PAGE} with [redacted:bot]\n`);
      const log = Object.entries(left.kept).find(([name]) => name.includes('audit'))?.[1] ?? '';
      expect(
        log
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).type),
      ).toEqual(['intent', 'result']);
      expect(readFileSync(join(job.home, 'npm-asked'), 'utf8')).toMatch(/^install --global .*outloop@\d/);
      // Neither what is installed nor the tool sees the CI's secret.
      for (const seen of [readFileSync(join(job.home, 'npm-saw'), 'utf8'), toolSaw(box) ?? '']) {
        expect(seen).toContain('HOME=');
        expect(seen).not.toContain(secrets[provider]);
      }
      for (const text of [left.said, ...Object.values(left.kept)])
        for (const secret of [KEY, secrets[provider] ?? '']) expect(text).not.toContain(secret);
      expect(Object.keys(left.kept).length).toBe(provider === 'github' ? 1 : 2);
      if (provider === 'gitlab') expect(JSON.parse(left.kept['gl-code-quality-report.json'] ?? '')).toEqual([]);
      if (provider === 'generic') expect(left.kept['outloop-report.xml']).toContain('tests="1" failures="0"');
    },
    60_000,
  );

  test.each(PROVIDERS)(
    '%s: a denial fails the job, is shown where the CI shows such, and is in the log',
    async (provider) => {
      const job = makeJob(box, box.checkOut(`${provider}-denied`));
      toolSaw(box);
      appendFileSync(join(job.top, '.outloop'), '#\n');
      const left = await RUNNERS[provider](job);
      expect(left.exits[provider === 'github' ? 'Run' : 'script']).toBe(103);
      expect(left.said).toContain('outloop: denied LINK_CHANGED (103)');
      const log = Object.entries(left.kept).find(([name]) => name.includes('audit'))?.[1] ?? '';
      expect(JSON.parse(log)).toMatchObject({ type: 'deny', code: 'LINK_CHANGED', backend_called: false });
      expect(toolSaw(box)).toBeNull();
      if (provider === 'github') {
        expect(left.said).toMatch(/^::error title=outloop LINK_CHANGED \(103\)::[^\n]+Next: [^\n]+\n/m);
        // The line for people stays the last.
        expect(
          left.said
            .trimEnd()
            .split('\n')
            .findLast((line) => line.includes('LINK_CHANGED')),
        ).toMatch(/^outloop: denied/);
      } else expect(left.said).not.toContain('::error');
      if (provider === 'gitlab') {
        expect(JSON.parse(left.kept['gl-code-quality-report.json'] ?? '')).toEqual([
          {
            description: expect.stringMatching(/^outloop LINK_CHANGED \(103\).*: .+\. Next: .+\.$/),
            check_name: 'outloop/LINK_CHANGED',
            fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
            severity: 'major',
            location: { path: '.outloop', lines: { begin: 1 } },
          },
        ]);
      }
      if (provider === 'generic')
        expect(left.kept['outloop-report.xml']).toMatch(
          /failures="1"[\s\S]*<failure type="LINK_CHANGED" message="outloop LINK_CHANGED \(103\)/,
        );
    },
    60_000,
  );
});

describe('ci init', () => {
  const init = (...args: string[]) => box.attempt(['ci', 'init', ...args], { cwd: box.folder });

  test('changes nothing in a dry run, asks for --yes where there is no terminal, and refuses an agent', async () => {
    const home = ['--home', '.outloop-new'];
    const rehearsal = ['ci', 'init', 'github', ...home, '--replace', '--dry-run', 'build.site.make', `page=${PAGE}`];
    expect((await box.outloop(rehearsal, { cwd: box.folder })).exit).toBe(0);
    expect((await init('github', ...home, 'build.site.make', `page=${PAGE}`)).exit).toBe(2);
    expect((await init('github', ...home, '--replace')).exit).toBe(2);
    const agent = await box.outloop(['ci', 'init', 'github', '--yes'], { cwd: box.folder, env: { CLAUDECODE: '1' } });
    expect(agent).toMatchObject({ exit: 1, stderr: expect.stringContaining('is an agent') });
    expect(existsSync(join(box.folder, '.outloop-new'))).toBe(false);
  });

  test.each([
    ['an alias that a job would be denied', ['github', 'build.all.make', 'page=x'], 1, 'ALIAS_NOT_ALLOWED'],
    ['a parameter that does not fit', ['github', 'build.site.make'], 1, 'PARAM_INVALID'],
    ['a line break in a parameter', ['gitlab', 'build.site.make', 'page=a\nb'], 1, 'cannot hold a line break'],
    ['what GitHub takes for an expression', ['github', 'build.site.make', 'page=${{ secrets.X }}'], 1, 'as an expression'],
    ['a folder of another CI’s', ['github', '--home', '.outloop-gitlab', '--replace'], 1, 'holds the state of gitlab already'],
    ['a folder of somebody’s', ['github', '--home', '.git', '--replace'], 1, 'is no CI’s state'],
    ['a folder outside', ['github', '--home', '../x', '--replace'], 1, 'must lie within the repository'],
    ['no address', ['github', '--repository', 'not an address', '--replace'], 1, 'address is not known'],
    ['another CI', ['jenkins'], 2, 'is one of github, gitlab, generic'],
  ])('refuses %s, and writes nothing', async (_, args, exit, why) => {
    const before = box.git(box.folder, 'status', '--porcelain');
    const ended = await init(...args, '--yes');
    expect({ exit: ended.exit, said: ended.stderr }).toEqual({ exit, said: expect.stringContaining(why) });
    expect(box.git(box.folder, 'status', '--porcelain')).toBe(before);
  });

  test('does not follow a link that a repository has on the way', async () => {
    const outside = join(box.home, 'outside');
    mkdirSync(outside);
    renameSync(join(box.folder, '.github'), join(box.home, 'kept'));
    symlinkSync(outside, join(box.folder, '.github'));
    const pipeline = await init('github', '--replace', '--yes');
    rmSync(join(box.folder, '.github'));
    renameSync(join(box.home, 'kept'), join(box.folder, '.github'));
    symlinkSync(outside, join(box.folder, 'linked'));
    const states = [
      await init('gitlab', '--replace', '--yes', '--home', 'linked'),
      await init('gitlab', '--replace', '--yes', '--home', 'linked/x'),
    ];
    rmSync(join(box.folder, 'linked'));
    for (const ended of [pipeline, ...states])
      expect(ended).toMatchObject({ exit: 1, stderr: expect.stringContaining('a symbolic link is on the way') });
    expect(readdirSync(outside)).toEqual([]);
  });

  const change = (from: RegExp, to: string, backends = '{}') => {
    const files = ['tenants/acme.yaml', 'settings.yaml'].map((file) => join(box.state, file));
    const [tenant = '', settings = ''] = files.map((file) => readFileSync(file, 'utf8'));
    expect(tenant).toMatch(from);
    [tenant.replace(from, to), `version: 1\nbackends: ${backends}\n`].forEach((text, at) => writeFileSync(files[at] ?? '', text));
    return () => [tenant, settings].forEach((text, at) => writeFileSync(files[at] ?? '', text));
  };
  const BOT = /bot: \{[^}]*\}/;

  test('refuses a credential that a job could not reach, and a tenant that grants a CI nothing', async () => {
    for (const [from, to, backends, why] of [
      [
        BOT,
        'bot: { backend: store, ref: BOT }',
        '{ store: { kind: doppler, project: p, config: c } }',
        'the token of the store backend rests in this state',
      ],
      [BOT, 'bot: { backend: embedded, ref: acme/gone }', '{}', 'SECRET_MISSING'],
      [/principals: \[ ci \]/, 'principals: [ agent ]', '{}', 'tenant acme has no grant for a CI here'],
      [/status: active/, 'status: revoked', '{}', 'tenant acme is revoked'],
    ] as const) {
      const undo = change(from, to, backends);
      const ended = await init('github', '--home', '.outloop-new', '--replace', '--yes');
      undo();
      expect(ended).toMatchObject({ exit: 1, stderr: expect.stringContaining(why) });
    }
    expect(readdirSync(box.folder).filter((name) => name.startsWith('.outloop-new') || name.startsWith('..outloop'))).toEqual([]);
  });

  test('a credential of a backend with a token from a variable stays there, with its own tenants’ references alone', async () => {
    const backends =
      '{ store: { kind: doppler, project: p, config: c, token: { env: DOPPLER_TOKEN }, tenants: { acme: [BOT], globex: [THEIRS] } } }';
    const undo = change(BOT, 'bot: { backend: store, ref: BOT }', backends);
    const ended = await init('gitlab', '--home', '.outloop-new', '--replace', '--yes');
    undo();
    expect(ended.exit).toBe(0);
    const read = (file: string) => parse(readFileSync(join(box.folder, '.outloop-new', file), 'utf8'));
    expect(read('settings.yaml').backends.store).toEqual({
      kind: 'doppler',
      project: 'p',
      config: 'c',
      token: { env: 'DOPPLER_TOKEN' },
      tenants: { acme: ['BOT'] },
    });
    expect(read('tenants/acme.yaml').credentials).toEqual({ bot: { backend: 'store', ref: 'BOT' } });
    expect(existsSync(join(box.folder, '.outloop-new/vault/acme'))).toBe(false);
    rmSync(join(box.folder, '.outloop-new'), { recursive: true });
  });

  test('pins of the CI’s image are taken in the place of this machine’s', async () => {
    const tool = join(box.home, 'tool');
    const pin = { path: tool, sha256: 'a'.repeat(64), size: 5 };
    writeFileSync(join(box.home, 'tools.json'), JSON.stringify({ version: 1, tools: { [tool]: pin, '/bin/other': pin } }));
    expect((await init('gitlab', '--home', '.outloop-new', '--replace', '--yes', '--tools', join(box.home, 'tools.json'))).exit).toBe(0);
    expect(JSON.parse(readFileSync(join(box.folder, '.outloop-new/tools.json'), 'utf8'))).toEqual({ version: 1, tools: { [tool]: pin } });
    rmSync(join(box.folder, '.outloop-new'), { recursive: true });
    expect((await init('gitlab', '--replace', '--yes', '--tools', join(box.home, 'none'))).exit).toBe(1);
  });

  test('a repository with folders of two clients keeps them apart in its jobs', async () => {
    const theirs = join(box.folder, 'clients/globex');
    mkdirSync(theirs, { recursive: true });
    await box.setUp(['tenant', 'add', 'globex', '--yes']);
    await box.setUp(['secret', 'set', 'globex/bot', '--yes'], { input: 'sk_test_globex_2N9xW4mT1b' });
    await box.setUp(['grant', 'add', 'globex', '--permit', 'build.all.*', '--bind', 'token=bot', '--principal', 'ci', '--yes']);
    await box.setUp(['link', '--tenant', 'globex', '--project', 'web', '--yes'], { cwd: theirs });
    expect((await init('generic', '--home', '.outloop-ci', '--replace', '--yes')).exit).toBe(0);
    const job = makeJob(box, box.checkOut('two'));
    const env = { CI: 'true', OUTLOOP_VAULT_KEY: box.secret() };
    await job.outloop(['init'], env);
    const run = (alias: string, folder: string) => job.outloop(['run', alias, 'page=x'], env, join(job.top, folder));
    expect(await run('build.all.make', 'clients/globex')).toMatchObject({ exit: 0 });
    expect(toolSaw(box)).toContain('KEY=sk_test_globex_2N9xW4mT1b');
    expect(await run('build.site.make', '.')).toMatchObject({ exit: 0, stdout: 'built x with [redacted:bot]\n' });
    toolSaw(box);
    expect((await run('build.site.make', 'clients/globex')).exit).toBe(105);
    expect((await run('build.all.make', '.')).exit).toBe(105);
    expect((await run('acme/build.site.make', 'clients/globex')).exit).toBe(104);
    expect(toolSaw(box)).toBeNull();
  });
});
