import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { addService, listTemplates } from '../../../src/broker/administration/add-service.js';
import { findService, listServices, lookAtTools, removeService, vetService } from '../../../src/broker/administration/services.js';
import type { ServiceName } from '../../../src/model/ids.js';
import { isRefusal } from '../../../src/model/refusal.js';
import type { Schedule } from '../../../src/model/schedule.js';
import { removeSchedule, writeSchedule } from '../../../src/schedule/schedule-file.js';
import { makeWorld, readLog, type MadeWorld } from '../make-world.js';
import { AGENT, OPERATOR, taken, whyRefused } from './operators.js';

const text = (service: string, argv0: string, alias = `${service}.tool.use`) =>
  `version: 1\nservice: ${service}\ntitle: T\naliases:\n  ${alias}: { title: T, effect: read, command: { argv: [${argv0}] } }\n`;
const DEMO = 'demo' as ServiceName;

let made: MadeWorld;
let source: string;
let tool: string;
beforeEach(() => {
  made = makeWorld();
  source = join(made.home, 'any-name.yaml');
  tool = join(made.home, 'tool');
  writeFileSync(tool, '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(source, text('demo', tool));
});
const add = (from = source, replace = false, caller = OPERATOR) => addService(made.world, caller, from, replace);

describe('a service', () => {
  test.each(listTemplates(makeNothing()))('%s is added from its template', async (name) => {
    const added = taken(await add(name));
    expect(added).toMatchObject({ service: name, warnings: [] });
    expect(added.aliases.length).toBeGreaterThan(9);
  });

  test('is added from a file under its own name, and vetted by nobody', async () => {
    expect(taken(await add())).toEqual({ service: 'demo', aliases: ['demo.tool.use'], warnings: [], commands: true });
    expect(existsSync(join(made.state.paths.services, 'demo.yaml'))).toBe(true);
    expect(existsSync(made.state.paths.tools)).toBe(false);
  });

  test.each([
    [
      'braces',
      (tool: string) =>
        `{version: 1, service: demo, title: T, aliases: {demo.tool.use: {title: T, effect: read, command: {argv: [${tool}]}}}}`,
    ],
    ['quoted keys', (tool: string) => text('demo', tool).replace('service:', '"service":')],
    ['a folded text', (tool: string) => text('demo', tool).replace('service: demo', 'service: >-\n  demo')],
    [
      'JSON',
      (tool: string) =>
        JSON.stringify(
          {
            aliases: { 'demo.tool.use': { title: 'T', effect: 'read', command: { argv: [tool] } } },
            title: 'T',
            service: 'demo',
            version: 1,
          },
          null,
          2,
        ),
    ],
  ])('is read by its own name in %s', async (_, written) => {
    writeFileSync(source, written(tool));
    expect(taken(await add())).toMatchObject({ service: 'demo', aliases: ['demo.tool.use'] });
  });

  test('that is not valid is told by its places in the file that was given', async () => {
    writeFileSync(source, text('demo', tool).replace('title: T\naliases', 'titel: T\naliases'));
    const refused = await add();
    const problems = isRefusal(refused) ? refused.problems : [];
    expect(problems.map(({ file }) => file)).toEqual([source, source]);
    expect(problems.map(({ line }) => line)).toContain(3);
  });

  test('whose file ends with .yml is as any other', async () => {
    const file = join(made.state.paths.services, 'demo.yml');
    writeFileSync(file, text('demo', tool), { mode: 0o600 });
    expect(taken(await listServices(made.world))).toMatchObject([{ kind: 'service', file: 'services/demo.yml' }]);
    expect(findService(taken(await listServices(made.world)), 'demo')).toMatchObject({ kind: 'service' });
    const { pins } = taken(await lookAtTools(made.world, DEMO));
    expect(taken(await vetService(made.world, OPERATOR, DEMO, pins)).pins).toMatchObject([{ path: tool }]);
    expect(whyRefused(await add())).toContain('service demo is there already → outloop service add');
    taken(await add(source, true));
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(source, 'utf8'));
    expect(taken(await removeService(made.world, OPERATOR, DEMO))).toEqual({ removed: 'demo' });
    expect(existsSync(file)).toBe(false);
  });

  test('that is there is replaced only where that is said', async () => {
    await add();
    expect(whyRefused(await add())).toContain('service demo is there already → outloop service add');
    writeFileSync(source, text('demo', '/bin/true'));
    taken(await add(source, true));
    expect(readFileSync(join(made.state.paths.services, 'demo.yaml'), 'utf8')).toContain('/bin/true');
  });

  test.each([
    ['githb', 'there is no template githb; did you mean github? → the templates are github, slack, stripe; or give a FILE.yaml'],
    ['/nonexistent.yaml', '/nonexistent.yaml cannot be read'],
    ['/', '/ is not a file'],
  ])('from %s is refused', async (from, why) => {
    expect(whyRefused(await add(from))).toBe(why);
  });

  test('is on record with the template or the file that it came from, and with no other word', async () => {
    const pasted = 'sk_test_8fJ2kLmN0pQrStUv';
    for (const from of ['github', source, pasted, `${pasted}.yaml`, '/'.repeat(5000)]) await add(from);
    const logged = readLog(made.state).map(({ action, detail, code }) => ({ action, ...Object(detail), code }));
    const line = (from: string, code?: string) => ({ action: 'service add', source: from, code });
    const unknown = [line('unknown'), line('unknown', 'FAILED')];
    expect(logged).toEqual([line('github'), line(source), ...unknown, ...unknown, ...unknown]);
    expect(JSON.stringify(logged)).not.toContain(pasted);
  });

  test('that is broken, or defines an alias of another, is refused', async () => {
    writeFileSync(source, 'version: 1\nservice: demo\n');
    expect(whyRefused(await add())).toMatch(/is not a valid service/);
    writeFileSync(source, text('demo', tool));
    await add();
    writeFileSync(source, text('second', tool, 'demo.tool.use'));
    expect(whyRefused(await add())).toBe('alias demo.tool.use is defined in services/demo.yaml already');
    expect(taken(await listServices(made.world)).map(({ file }) => file)).toEqual(['services/demo.yaml']);
  });

  test('is removed with its aliases', async () => {
    await add();
    expect(taken(await removeService(made.world, OPERATOR, DEMO))).toEqual({ removed: 'demo' });
    expect(taken(await listServices(made.world))).toEqual([]);
    expect(whyRefused(await removeService(made.world, OPERATOR, DEMO))).toBe('there is no service demo → outloop service list');
  });

  test('is not removed while a grant permits nothing else, or a schedule runs one of its aliases', async () => {
    await add();
    const grants = [
      { id: 'wide', permit: ['*.use'] },
      { id: 'never', forbid: ['demo.*'] },
    ];
    const tenant = (more: readonly object[]) =>
      made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', grants: [...grants, ...more] });
    tenant([{ id: 'own', permit: ['demo.*'] }]);
    writeFileSync(source, text('other', tool));
    await add();
    const remove = async () => whyRefused(await removeService(made.world, OPERATOR, DEMO));
    expect(await remove()).toBe('grant own of tenant acme permits aliases of service demo alone → outloop grant remove acme own');
    tenant([]);
    const nightly = { name: 'nightly', alias: 'demo.tool.use' } as unknown as Schedule;
    writeSchedule(made.state, nightly);
    expect(await remove()).toBe('schedule nightly runs demo.tool.use of service demo → outloop schedule remove nightly');
    removeSchedule(made.state, nightly.name);
    expect(taken(await removeService(made.world, OPERATOR, DEMO))).toEqual({ removed: 'demo' });
  });

  test('is nothing that an agent may add, vet or remove', async () => {
    await add();
    const { pins } = taken(await lookAtTools(made.world, DEMO));
    for (const done of [add(source, true, AGENT), vetService(made.world, AGENT, DEMO, pins), removeService(made.world, AGENT, DEMO)]) {
      expect(whyRefused(await done)).toMatch(/is an agent/);
    }
  });
});

describe('an executable', () => {
  test('is looked at without being pinned, and pinned as it was looked at', async () => {
    await add();
    const seen = taken(await lookAtTools(made.world, DEMO));
    expect(seen.pins).toMatchObject([{ path: tool, size: 10, standing: 'new' }]);
    expect(existsSync(made.state.paths.tools)).toBe(false);
    taken(await vetService(made.world, OPERATOR, DEMO, seen.pins));
    expect(readFileSync(made.state.paths.tools, 'utf8')).toContain(seen.pins[0]?.sha256);
    expect(taken(await lookAtTools(made.world, DEMO)).pins).toMatchObject([{ standing: 'unchanged' }]);
    writeFileSync(tool, '#!/bin/sh\necho other\n');
    expect(taken(await lookAtTools(made.world, DEMO)).pins).toMatchObject([{ standing: 'changed' }]);
    expect(readLog(made.state).at(-1)).toMatchObject({ action: 'service vet', detail: { service: 'demo' } });
  });

  test('that changed after it was looked at is not pinned', async () => {
    await add();
    const { pins } = taken(await lookAtTools(made.world, DEMO));
    writeFileSync(tool, '#!/bin/sh\necho other\n');
    expect(whyRefused(await vetService(made.world, OPERATOR, DEMO, pins))).toBe(
      'an executable changed while it was looked at → outloop service vet demo',
    );
    expect(existsSync(made.state.paths.tools)).toBe(false);
  });

  test('that is not there, or whose service is not, cannot be looked at', async () => {
    expect(whyRefused(await lookAtTools(made.world, DEMO))).toBe('there is no service demo → outloop service list');
    writeFileSync(source, text('demo', '/nonexistent/tool'));
    await add();
    expect(whyRefused(await lookAtTools(made.world, DEMO))).toBe(
      'the tool /nonexistent/tool is not installed → install /nonexistent/tool, then outloop service vet demo',
    );
  });
});

/** The templates' folder alone, for the rows. */
function makeNothing() {
  return { templates: join(import.meta.dirname, '../../../templates') } as unknown as MadeWorld['world'];
}
