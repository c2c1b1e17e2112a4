import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { examine } from '../../../src/broker/administration/doctor.js';
import type { Finding } from '../../../src/broker/administration/finding.js';
import { openRegistry } from '../../../src/broker/find-link.js';
import { deny } from '../../../src/denial/denial.js';
import type { Registry } from '../../../src/link/registry.js';
import type { ScheduleName } from '../../../src/model/ids.js';
import type { Schedule } from '../../../src/model/schedule.js';
import { writeFiring } from '../../../src/schedule/firing-file.js';
import { writeSchedule } from '../../../src/schedule/schedule-file.js';
import type { StatePaths } from '../../../src/state/paths.js';
import { put } from '../../state/temporary-state.js';
import { makeWorld, readLog, type MadeWorld } from '../make-world.js';
import { OPERATOR } from './operators.js';

let made: MadeWorld;
let tool: string;
beforeEach(() => {
  made = makeWorld();
  tool = join(made.home, 'tool');
  writeFileSync(tool, '#!/bin/sh\n', { mode: 0o755 });
  made.service('demo', {
    version: 1,
    service: 'demo',
    title: 'Demo',
    aliases: { 'demo.tool.use': { title: 'T', effect: 'read', command: { argv: [tool] } } },
  });
  made.vet(tool);
  made.tenant('acme', { version: 1, tenant: 'acme', status: 'active' });
  made.link('acme', 'website');
});

const bad = (findings: readonly Finding[]) => findings.filter(({ level }) => level === 'bad');
const about = async (what: string) => (await examine(made.world, OPERATOR)).filter((finding) => finding.about === what);
const addApi = (aliases: object) =>
  made.service('api', {
    version: 1,
    service: 'api',
    title: 'Api',
    base: 'https://api.invalid',
    slots: { token: { scheme: 'bearer', hosts: ['api.invalid'] } },
    aliases,
  });

describe('doctor', () => {
  test('finds nothing wrong with a state that is whole, and changes and asks nothing', async () => {
    const findings = await examine(made.world, OPERATOR);
    expect(bad(findings)).toEqual([]);
    expect(findings.map((finding) => finding.about)).toEqual(
      expect.arrayContaining(['runtime', 'state', 'service', 'tenant', 'links', 'backend', 'audit']),
    );
    expect(readLog(made.state)).toEqual([]);
    expect(made.backend.calls).toBe(0);
  });

  test('names a changed runtime by its marker, with the command that mends it', async () => {
    const findings = await examine(made.world, { ...OPERATOR, env: { NODE_OPTIONS: '--require /tmp/S3CRET.js' } });
    expect(bad(findings)).toMatchObject([{ about: 'runtime', fix: 'unset NODE_OPTIONS' }]);
    expect(JSON.stringify(findings)).not.toContain('S3CRET');
  });

  test('says how to make a state where there is none', async () => {
    rmSync(made.state.paths.config, { recursive: true });
    const findings = await examine(made.world, OPERATOR);
    expect(bad(findings)).toMatchObject([
      { about: 'state', text: expect.stringContaining(`${made.state.paths.config} does not exist`), fix: 'outloop init' },
    ]);
  });

  test('says where to have a state where there can be none', async () => {
    const findings = await examine({ ...made.world, paths: deny('CONFIG_UNAVAILABLE') }, OPERATOR);
    expect(bad(findings)).toMatchObject([{ fix: 'set OUTLOOP_HOME to a directory of your own, then outloop init' }]);
  });

  test.each<[string, (paths: StatePaths) => string, (paths: StatePaths) => void]>([
    ['a directory that is gone', () => 'outloop init', ({ limits }) => rmSync(limits, { recursive: true })],
    ['a key that is gone', () => 'outloop init', ({ audit }) => rmSync(join(audit, 'key'))],
    ['a key that others may read', ({ audit }) => `chmod go= ${audit}/key`, ({ audit }) => chmodSync(join(audit, 'key'), 0o644)],
    ['a state that others can write', ({ config }) => `chmod go= ${config}`, ({ config }) => chmodSync(config, 0o777)],
  ])('says what mends %s', async (_, fix, spoil) => {
    spoil(made.state.paths);
    expect(bad(await examine(made.world, OPERATOR))).toMatchObject([{ about: 'state', fix: fix(made.state.paths) }]);
  });

  test.runIf(process.getuid?.() === 0)('gives what belongs to another user in a state back to its operator', async () => {
    const { vault } = made.state.paths;
    chownSync(vault, 12345, 12345);
    expect(bad(await examine(made.world, OPERATOR))).toMatchObject([{ about: 'state', fix: `sudo chown ${made.world.uid} ${vault}` }]);
  });

  test('finds a state that is open to others', async () => {
    chmodSync(made.state.paths.tenants, 0o777);
    expect(bad(await examine(made.world, OPERATOR))).toMatchObject([
      { about: 'state', text: expect.stringContaining('tenants can be written by others') },
    ]);
  });

  test('finds a tool that has changed, and says to vet it', async () => {
    writeFileSync(tool, '#!/bin/sh\necho\n');
    expect(await about('tool')).toMatchObject([
      { level: 'bad', text: expect.stringContaining('has changed'), fix: 'outloop service vet demo' },
    ]);
  });

  test('says of a tool that is gone, vetted or not, that it is not installed', async () => {
    rmSync(tool);
    const gone = {
      level: 'bad',
      text: `demo.tool.use: the tool ${tool} is not installed`,
      fix: `install ${tool}, then outloop service vet demo`,
    };
    expect(await about('tool')).toMatchObject([gone]);
    rmSync(made.state.paths.tools);
    expect(await about('tool')).toMatchObject([gone]);
  });

  test('finds broken files with their places, and names that stand twice', async () => {
    put(join(made.state.paths.services, 'broken.yaml'), 'version: 1\nservice: broken\ntitel: x\n');
    put(join(made.state.paths.tenants, 'globex.yaml'), 'version: 1\ntenant: acme\nstatus: active\n');
    put(join(made.state.paths.links), '{}');
    put(join(made.state.paths.settings), 'version: 1\nproxi: x\n');
    const texts = bad(await examine(made.world, OPERATOR))
      .map(({ text }) => text)
      .join('\n');
    expect(texts).toMatch(/services\/broken\.yaml:3:1 titel: unknown key; did you mean title\?/);
    expect(texts).toMatch(/tenant acme is named in tenants\/acme\.yaml and tenants\/globex\.yaml/);
    expect(texts).toMatch(/links\.json is not a registry/);
    expect(texts).toMatch(/settings\.yaml.*proxi/);
  });

  test('finds schedules that did not go well, and a directory of them that is none', async () => {
    const { state } = made;
    const { links } = openRegistry(state) as Registry;
    const folder = { ...links[0], link: links[0]?.id };
    const given = { when: '30 2 * * *', on: 'cron', createdMs: made.world.now(), folder, alias: 'demo.tool.use', definition: 'd' };
    const rest = { params: [], extra: [], timeoutMs: null, grants: [], expiresMs: null, notify: null };
    for (const name of ['good', 'denied'] as ScheduleName[]) writeSchedule(state, { name, ...given, ...rest } as unknown as Schedule);
    const firing = { run: '01J', reason: '', atMs: made.world.now() };
    writeFiring(state, 'good' as ScheduleName, { ...firing, code: 'OK', exit: 0 });
    writeFiring(state, 'denied' as ScheduleName, { ...firing, code: 'LINK_CHANGED', exit: 103 });
    const desk = { ...OPERATOR, env: { PATH: '/nonexistent' } };
    const about = async (what: string) => (await examine(made.world, desk)).filter((finding) => finding.about === what);
    expect(await about('schedules')).toMatchObject([{ level: 'warn', text: 'denied: refused', fix: 'outloop schedule show denied' }]);
    rmSync(join(state.paths.services, 'demo.yaml'));
    expect(await about('schedules')).toMatchObject([
      { level: 'bad', text: 'denied: no service defines its alias demo.tool.use', fix: 'outloop schedule remove denied' },
      { level: 'bad', text: 'good: no service defines its alias demo.tool.use', fix: 'outloop schedule remove good' },
    ]);
    rmSync(state.paths.schedules, { recursive: true });
    put(state.paths.schedules, '');
    expect(await about('schedules')).toMatchObject([{ level: 'bad', text: 'schedules is not a directory' }]);
  });

  test('finds grants that are over, that permit nothing, and that bind a slot which is not there', async () => {
    addApi({ 'api.thing.get': { title: 'T', effect: 'read', http: { method: 'GET', path: '/' } } });
    const grants = [
      { id: 'over', permit: ['*.*'], expires: '2026-01-01T00:00:00Z' },
      { id: 'nothing', permit: ['gone.*'] },
      { id: 'no-such-effect', permit: ['demo.*'], effects: ['write'] },
      { id: 'typo', permit: ['api.*'], bind: { tokn: 'bot' } },
      { id: 'never', forbid: ['*.delete'] },
      { id: 'good', permit: ['*.*'], bind: { token: 'bot' } },
    ];
    const tenant = { version: 1, tenant: 'acme', status: 'active', credentials: { bot: { backend: 'embedded', ref: 'acme/bot' } }, grants };
    made.tenant('acme', tenant);
    expect(await about('grant')).toMatchObject([
      { level: 'warn', text: 'grant over of tenant acme has expired', fix: 'outloop grant remove acme over' },
      { level: 'warn', text: 'grant nothing of tenant acme permits no alias that there is' },
      { level: 'warn', text: 'grant no-such-effect of tenant acme permits no alias that there is' },
      { level: 'bad', text: 'grant typo of tenant acme binds slot tokn, which no alias that it permits has; did you mean token?' },
    ]);
    made.tenant('acme', { ...tenant, status: 'revoked' });
    expect(await about('grant')).toEqual([]);
  });

  test('finds pins that no run can have', async () => {
    addApi(
      Object.fromEntries(
        ['list', 'find'].map((name) => {
          const params = { count: { type: 'integer' }, state: { type: 'enum', values: ['open', 'closed'] } };
          const http = { method: 'GET', path: '/', query: { count: '{count}', state: '{state}' } };
          return [`api.thing.${name}`, { title: 'T', effect: 'read', params, http }];
        }),
      ),
    );
    const bind = { token: 'bot' };
    const grants = [
      { id: 'good', permit: ['api.*'], bind, pin: { count: 1, state: 'open' } },
      { id: 'typo', permit: ['api.*'], bind, pin: { count: 1.5, state: 'opn' } },
      { id: 'one', permit: ['api.thing.list'], bind, pin: { count: '1' } },
    ];
    const credentials = { bot: { backend: 'embedded', ref: 'acme/bot' } };
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', credentials, grants });
    const name = 'of tenant acme pins parameter';
    const [typo, one] = ['typo', 'one'].map((id) => `outloop grant remove acme ${id}`);
    const both = 'api.thing.list and another alias';
    expect(await about('grant')).toMatchObject([
      { level: 'bad', text: `grant typo ${name} count to what no run of ${both} can have: it must be an integer`, fix: typo },
      { level: 'bad', text: `grant typo ${name} state to what no run of ${both} can have: it must be one of open, closed`, fix: typo },
      { level: 'bad', text: `grant one ${name} count to what no run of api.thing.list can have: it must be an integer`, fix: one },
    ]);
  });

  test('warns of a slot that is one of several services with other hosts, and of a project that no folder has', async () => {
    const service = (name: string, host: string) =>
      made.service(name, {
        version: 1,
        service: name,
        title: 'T',
        base: `https://${host}`,
        slots: { token: { scheme: 'bearer', hosts: [host] } },
        aliases: { [`${name}.thing.list`]: { title: 'T', effect: 'read', http: { method: 'GET', path: '/' } } },
      });
    service('one', 'one.invalid');
    service('two', 'two.invalid');
    service('beside', 'one.invalid');
    const credentials = { bot: { backend: 'embedded', ref: 'acme/bot' } };
    const bind = { token: 'bot' };
    const grants = [
      { id: 'both', permit: ['*.list'], bind },
      { id: 'same-hosts', permit: ['one.*', 'beside.*'], bind },
      { id: 'here', permit: ['one.*'], bind, projects: ['website', 'webiste'] },
      { id: 'never', forbid: ['one.*'], projects: ['shop'] },
    ];
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', credentials, grants });
    const goesTo = 'slot token is one of several services, so credential bot goes to each';
    expect(await about('grant')).toMatchObject([
      {
        level: 'warn',
        text: `grant both of tenant acme: ${goesTo}: beside (one.invalid), one (one.invalid), two (two.invalid); make a grant for each`,
      },
      { level: 'warn', text: 'grant here of tenant acme: no folder is linked to acme/webiste yet; did you mean website?' },
      { level: 'warn', text: 'grant never of tenant acme: no folder is linked to acme/shop yet' },
    ]);
  });

  test('does not guess at grants while a service file is broken', async () => {
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', grants: [{ id: 'all', permit: ['gone.*'] }] });
    put(join(made.state.paths.services, 'gone.yaml'), 'version: 1\n');
    expect(await about('grant')).toEqual([]);
  });

  test('finds directories and files of the state that others may read', async () => {
    const { config, tenants } = made.state.paths;
    chmodSync(config, 0o755);
    chmodSync(join(tenants, 'acme.yaml'), 0o644);
    expect(await about('state')).toEqual([
      { level: 'warn', about: 'state', text: `others may read ${config}`, fix: `chmod 700 ${config}` },
      { level: 'warn', about: 'state', text: `others may read ${tenants}/acme.yaml`, fix: `chmod 600 ${tenants}/acme.yaml` },
    ]);
  });

  test('finds a broken chain, and a log that cannot be locked', async () => {
    put(join(made.state.paths.audit, '2026-11.jsonl'), 'not a record\n');
    mkdirSync(join(made.state.paths.audit, 'lock'));
    expect(await about('audit')).toMatchObject([
      { level: 'bad', text: `the audit log cannot be locked: ${join(made.state.paths.audit, 'lock')} cannot be opened (EISDIR)` },
      { level: 'bad', fix: 'outloop audit repair' },
    ]);
  });

  test('warns of a backend that is not ready', async () => {
    made.backend.mood = 'locked';
    expect((await about('backend')).map(({ level, text }) => [level, text])).toContainEqual([
      'warn',
      'embedded: locked, values are kept in memory',
    ]);
  });
});
