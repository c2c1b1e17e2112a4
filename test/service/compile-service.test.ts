import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compileService } from '../../src/service/compile-service.js';
import { PROBLEM_ROWS } from '../vectors/service-problems.js';
import { compileDemo, compileText, demoText, TOOLS } from './compiling.js';

const DESIGNED = `version: 1
service: github
title: GitHub REST API
base: https://api.github.com
networks: []
slots: { token: { scheme: bearer, hosts: [api.github.com] } }
aliases:
  github.issues.list:
    title: List issues of a repository
    effect: read
    params:
      owner: { type: string, pattern: '^[A-Za-z0-9-]{1,39}$' }
      repo:  { type: string, pattern: '^[A-Za-z0-9._-]{1,100}$' }
      state: { type: enum, values: [open, closed, all], default: open }
    http:
      method: GET
      path: /repos/{owner}/{repo}/issues
      query: { state: '{state}' }
      headers: { Accept: application/vnd.github+json }
    response: { select: '[].{number: number, title: title}', maxBytes: 1048576 }
  gh.issues.list:
    title: The same with the gh tool
    effect: read
    params: { repo: { type: string, pattern: '^[\\w.-]+/[\\w.-]+$' } }
    command:
      argv: [/usr/bin/gh, issue, list, --repo, '{repo}', --json, 'number,title']
      credentials: { GH_TOKEN: token }
      delivery: env
      cwd: private
    limits: { timeoutMs: 60000, maxBytes: 10485760 }
`;

describe('compiling a service', () => {
  it('an alias’s definition is what is written of it and its service: spacing, comments and other aliases do not change it', async () => {
    const define = async (text: string) => {
      const compiled = await compileText(text, 'services/demo.yaml');
      if (compiled.kind !== 'ok') throw new Error(JSON.stringify(compiled.problems));
      return compiled.aliases.find(({ alias }) => alias === 'demo.a')?.definition;
    };
    const head = 'version: 1\nservice: demo\ntitle: Demo\nbase: https://a.example\naliases:\n';
    const alias = '  demo.a: { title: A, effect: read, http: { method: GET, path: /a } }\n';
    const plain = await define(head + alias);
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    expect(
      await define(
        `# mine\n${head}  demo.b: { title: B, effect: write, http: { method: POST, path: /b } }\n${alias.replace('{ title', '{   title')}`,
      ),
    ).toBe(plain);
    expect(await define(head.replace('a.example', 'b.example') + alias)).not.toBe(plain);
    expect(await define(head + alias.replace('path: /a', 'path: /b'))).not.toBe(plain);
    expect(await define(head + alias.replace('effect: read', 'effect: write'))).not.toBe(plain);
  });

  it('a command has a terminal only where its alias says so, and that is part of its definition', async () => {
    const compile = (more: string) => compileDemo(`    title: T\n    effect: read\n    command: { argv: [/bin/x]${more} }\n`);
    const [plain, without, on] = await Promise.all(['', ', tty: false', ', tty: true'].map(compile));
    expect([plain, without, on].map((alias) => alias?.action.kind === 'command' && alias.action.tty)).toEqual([false, false, true]);
    expect(on?.definition).not.toBe(plain?.definition);
  });

  it('the file of the design compiles, alias by alias', async () => {
    const compiled = await compileText(DESIGNED, 'services/github.yaml');
    if (compiled.kind !== 'ok') throw new Error(JSON.stringify(compiled.problems));
    const [list, tool] = compiled.aliases;
    expect(compiled.warnings).toEqual([]);
    expect(list).toMatchObject({
      alias: 'github.issues.list',
      effect: 'read',
      limits: { timeoutMs: 60_000, maxBytes: 1_048_576 },
      source: createHash('sha256').update(DESIGNED).digest('hex'),
      service: {
        service: 'github',
        base: 'https://api.github.com',
        slots: { token: { scheme: 'bearer', options: {}, hosts: ['api.github.com'] } },
      },
      params: {
        owner: { required: true, default: null, places: ['path'] },
        state: { required: false, default: 'open', places: ['query'] },
      },
      action: {
        kind: 'http',
        segments: [[{ text: 'repos' }], [{ param: 'owner' }], [{ param: 'repo' }], [{ text: 'issues' }]],
        query: [['state', [{ param: 'state' }]]],
        slots: ['token'],
        body: { kind: 'none' },
      },
    });
    expect(tool).toMatchObject({
      params: { repo: { places: ['argv'] } },
      action: {
        kind: 'command',
        executable: '/usr/bin/gh',
        credentials: [['GH_TOKEN', 'token']],
        delivery: 'env',
        cwd: 'private',
        extra: null,
      },
    });
  });

  it('a compiled alias is plain JSON', async () => {
    const alias = await compileDemo(`    title: T
    effect: write
    params: { a: { type: json, required: false } }
    http: { method: POST, path: /a/, body: { x: '{a}', y: [1, null, true] } }
`);
    expect(JSON.parse(JSON.stringify(alias))).toEqual(alias);
  });

  it.each(PROBLEM_ROWS)('refused: $title', async ({ alias, file, key, says, suggests }) => {
    const compiled = await compileText(file ?? demoText(alias ?? ''));
    if (compiled.kind === 'ok') throw new Error('it compiled');
    const about = compiled.problems.filter((problem) => problem.key === key);
    expect(about.map(({ message }) => message).join('; '), JSON.stringify(compiled.problems)).toMatch(says);
    expect(about[0]?.line).toBeGreaterThan(0);
    if (suggests !== undefined) expect(compiled.problems).toMatchObject([{ key, suggestion: suggests }]);
  });

  it('a key of a slot that is not known stands at its own line, and nothing is said of what it was meant for', async () => {
    const slot = '  token:\n    scheme: header\n    hosts: [a.example]\n    nmae: X-A\n';
    const text = `version: 1\nservice: demo\ntitle: D\nbase: https://a.example\nslots:\n${slot}`;
    expect(await compileText(text)).toMatchObject({ problems: [{ line: 9, column: 5, key: 'slots.token.nmae', suggestion: 'name' }] });
  });

  it('a base that cannot be used is said once, whatever aliases need one', async () => {
    const aliases = ['a', 'b'].map((name) => `  demo.${name}: { title: T, effect: read, http: { method: GET, path: / } }\n`).join('');
    const keys = async (base: string) => {
      const compiled = await compileText(`version: 1\nservice: demo\ntitle: D\n${base}aliases:\n${aliases}`);
      return compiled.kind === 'invalid' ? compiled.problems.map(({ key }) => key) : [];
    };
    expect(await keys('base: https://API.example.com\n')).toEqual(['base']);
    expect(await keys('')).toEqual(['aliases.demo.a.http', 'aliases.demo.b.http']);
  });

  it('an invalid file names what it would define, readable as YAML or not', async () => {
    const wrong = await compileText(DESIGNED.replace('effect: read', 'effect: sing'), 'services/github.yaml');
    expect(wrong).toMatchObject({ kind: 'invalid', defines: ['github.issues.list', 'gh.issues.list'] });
    const broken = await compileText(DESIGNED.replace('title: The same', '"title: The same'), 'services/github.yaml');
    expect(broken).toMatchObject({ kind: 'invalid', defines: ['github.issues.list', 'gh.issues.list'] });
  });

  it('bytes of any kind are invalid, never thrown', async () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('[]'),
      Buffer.from('a: &x [*x]'),
      Buffer.from('{'.repeat(5000)),
    ]) {
      expect(await compileService('services/demo.yaml', bytes, TOOLS)).toMatchObject({ kind: 'invalid' });
    }
  });

  it('a value of the file stands in no problem', async () => {
    const compiled = await compileText(
      demoText(`    title: T
    effect: read
    params: { a: { type: string, pattern: '(hunter2+)+', default: hunter2 } }
    http: { method: GET, path: '/{a}/{hunter', headers: { Authorization: hunter2 } }
`),
    );
    expect(compiled.kind).toBe('invalid');
    expect(JSON.stringify(compiled)).not.toContain('hunter2');
  });

  it('a parameter in two places collects both', async () => {
    const alias = await compileDemo(`    title: T
    effect: read
    params: { a: { type: string } }
    http: { method: GET, path: '/{a}', query: { q: '{a}' }, headers: { X-A: '{a}' } }
`);
    expect(alias.params['a']?.places).toEqual(['path', 'query', 'header']);
  });

  it('a pin written in the file is ignored with a warning', async () => {
    const text = demoText(`    title: T\n    effect: read\n    command: { argv: [/bin/x], sha256: abc }\n`);
    const compiled = await compileText(text);
    expect(compiled).toMatchObject({ kind: 'ok', warnings: [expect.stringContaining('sha256')] });
  });

  it('a slot that may not go to the service’s own host is a warning, since every run would be denied', async () => {
    const compiled = await compileText(
      demoText('    title: T\n    effect: read\n    http: { method: GET, path: / }\n').replace('[api.example.com]', '[other.example.com]'),
    );
    expect(compiled).toMatchObject({ kind: 'ok', warnings: [expect.stringContaining('slot token')] });
  });

  it.each([
    ['the slots with a scheme, by default', '', ['token']],
    ['none, when the alias says so', '    slots: []\n', []],
    ['those that the alias names', '    slots: [token]\n', ['token']],
  ])('an HTTP alias presents %s', async (_, slots, expected) => {
    const alias = await compileDemo(`    title: T\n    effect: read\n    http: { method: GET, path: / }\n${slots}`);
    expect(alias.action).toMatchObject({ slots: expected });
  });

  it('a base keeps its path prefix, and loopback may be plain', async () => {
    const compiled = await compileText('version: 1\nservice: demo\ntitle: D\nbase: http://127.0.0.1:8080/api/\n');
    expect(compiled).toMatchObject({
      kind: 'ok',
      service: { base: 'http://127.0.0.1:8080/api' },
      warnings: [expect.stringContaining('plain http')],
    });
  });

  it('ten thousand aliases compile in seconds', async () => {
    const one = (n: number): string => `  demo.a${n}:
    title: T
    effect: read
    params: { a: { type: string, pattern: '[a-z]{1,${(n % 500) + 1}}' } }
    http: { method: GET, path: '/{a}' }
`;
    const head = 'version: 1\nservice: demo\ntitle: D\nbase: https://api.example.com\naliases:\n';
    const compiled = await compileText(head + Array.from({ length: 10_000 }, (_, n) => one(n)).join(''));
    expect(compiled.kind === 'ok' && compiled.aliases.length).toBe(10_000);
  });
});
