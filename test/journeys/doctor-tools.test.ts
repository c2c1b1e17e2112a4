import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, type MadeHome } from './made-home.js';
import { examineHome, typeFix } from './type-fix.js';

let made: MadeHome;
let tool: string;
beforeEach(async () => {
  made = await makeHome();
  mkdirSync(join(made.home, 'bin'));
  tool = join(made.home, 'bin', 'tool');
  writeFileSync(tool, '#!/bin/sh\n', { mode: 0o755 });
  for (const [service, executable] of [
    ['demo', tool],
    ['other', '/bin/true'],
  ]) {
    const text = `version: 1
service: ${service}
title: T
aliases: { ${service}.tool.use: { title: T, effect: read, command: { argv: ['${executable}'] } } }
`;
    writeFileSync(join(made.state, 'services', `${service}.yaml`), text, { mode: 0o600 });
  }
});
afterEach(() => made.remove());

const faultsOfTools = async () => (await examineHome(made)).faults.filter(({ about }) => about === 'tool');
const vet = (service: string) => made.attempt(['service', 'vet', service, '--yes']);

describe.each<[string, () => void, () => string, string]>([
  ['that others can write', () => chmodSync(tool, 0o777), () => `chmod go-w ${tool}`, 'others can write it'],
  ['that is not executable', () => chmodSync(tool, 0o644), () => `chmod +x ${tool}`, 'it is not executable'],
  [
    'in a folder that others can write',
    () => chmodSync(join(made.home, 'bin'), 0o777),
    () => `chmod go-w ${join(made.home, 'bin')}`,
    'a folder of its path',
  ],
])('a tool %s', (_, spoil, fix, why) => {
  test('is told with its path and what mends it, by doctor and service vet', async () => {
    for (const service of ['demo', 'other']) await vet(service);
    spoil();
    const refused = await vet('demo');
    expect(refused).toMatchObject({ exit: 1 });
    expect(refused.stderr).toContain(why);
    expect(refused.stderr).toContain(`Next: ${fix()} && outloop service vet demo`);
    const faults = await faultsOfTools();
    expect(faults).toMatchObject([{ level: 'bad', fix: fix() }]);
    expect(faults[0]?.text).toContain(why);
    typeFix(made, fix());
    expect(await faultsOfTools()).toEqual([]);
  });
});

test('service vet marks which of its tools are new, changed and unchanged', async () => {
  const paths = ['one', 'two', 'three'].map((name) => join(made.home, 'bin', name));
  const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o755 });
  const define = (executables: readonly string[]) => {
    const aliases = executables.map((path, at) => `  demo.tool.n${at}: { title: T, effect: read, command: { argv: ['${path}'] } }\n`);
    const text = `version: 1\nservice: demo\ntitle: T\naliases:\n${aliases.join('')}`;
    writeFileSync(join(made.state, 'services', 'demo.yaml'), text, { mode: 0o600 });
  };
  for (const path of paths) write(path, '\x7fELF');
  define(paths.slice(0, 2));
  expect(await readStandings()).toEqual(['new  one', 'new  two']);
  define(paths);
  write(paths[1] ?? '', '\x7fELF2');
  expect(await readStandings()).toEqual(['unchanged  one', 'changed    two', 'new        three']);
  expect(await readStandings()).toEqual(['unchanged  one', 'unchanged  two', 'unchanged  three']);
  writeFileSync(join(made.state, 'tools.json'), 'garbage');
  expect(await readStandings()).toEqual(['new  one', 'new  two', 'new  three']);

  async function readStandings(): Promise<readonly string[]> {
    const { stderr } = await made.outloop(['service', 'vet', 'demo', '--yes']);
    const lines = stderr.split('\n').filter((line) => line.includes('(sha256 '));
    return lines.map((line) => line.replace(`${join(made.home, 'bin')}/`, '').replace(/^outloop: | \(sha256 .*/g, ''));
  }
});

test('pins that cannot be read are begun anew by vetting, which says what is lost', async () => {
  for (const service of ['demo', 'other']) await vet(service);
  writeFileSync(join(made.state, 'tools.json'), 'garbage');
  const faults = await faultsOfTools();
  expect(faults.map(({ fix }) => fix)).toEqual(['outloop service vet demo', 'outloop service vet other']);
  expect(typeFix(made, faults[0]?.fix ?? '')).toContain('what it pinned for others is lost');
  expect(await faultsOfTools()).toMatchObject([{ text: expect.stringContaining('has not been vetted'), fix: 'outloop service vet other' }]);
  typeFix(made, 'outloop service vet other');
  expect(await faultsOfTools()).toEqual([]);
});
