import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AliasName } from '../../src/model/ids.js';
import type { Alias, Service } from '../../src/model/service.js';
import type { CompiledFile } from '../../src/state/compiled.js';
import { hashBytes } from '../../src/state/sources.js';
import { findAlias, listServices } from '../../src/state/services.js';
import { put, settle, temporaryState } from './temporary-state.js';

let home = temporaryState();
let compiled: string[] = [];
let nowOffset = 0;

/** A tiny language in place of YAML: one alias a line, `broken` makes the file invalid. */
async function compileService(file: string, bytes: Uint8Array): Promise<CompiledFile> {
  compiled.push(file);
  const names = Buffer.from(bytes)
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  if (names.includes('broken')) {
    const problem = { file, line: 3, column: 1, key: 'aliases', message: 'unknown key', suggestion: null };
    return { kind: 'invalid', problems: [problem, problem], defines: names };
  }
  const aliases = names.map((alias) => ({ alias: alias as AliasName, title: `${file} é\n\t`, source: hashBytes(bytes) }) as Alias);
  return { kind: 'ok', service: { title: file } as Service, aliases };
}

const deps = (build = '1') => ({ build, now: () => Date.now() + nowOffset, compileService });
const find = (name: string, build?: string) => findAlias(home.state, name, deps(build));
const service = (name: string, text: string, mode?: number) => put(join(home.state.paths.services, name), text, mode);
const table = () => join(home.state.paths.compiled, 'services.jsonl');

beforeEach(() => {
  home.remove();
  home = temporaryState();
  compiled = [];
  nowOffset = 0;
});
afterEach(() => home.remove());

describe('finding an alias', () => {
  test('an alias is found with the file that defines it', async () => {
    service('a.yaml', 'a.one\na.two\n');
    service('b.yml', 'b.one\n');
    expect(await find('a.two')).toMatchObject({
      kind: 'found',
      alias: { alias: 'a.two', title: 'services/a.yaml é\n\t' },
      file: 'services/a.yaml',
    });
    expect(await find('b.one')).toMatchObject({ kind: 'found', file: 'services/b.yml' });
  });

  test('of two files of one name, neither is taken', async () => {
    service('a.yaml', 'a.one\n');
    service('a.yml', 'a.two\n');
    const why = (one: string, other: string) => `services/${one}: has the name of services/${other}: keep one of them`;
    expect(await find('a.one')).toEqual({ kind: 'invalid', detail: why('a.yaml', 'a.yml') });
    expect(await find('a.two')).toEqual({ kind: 'invalid', detail: why('a.yml', 'a.yaml') });
  });

  test('without any service every alias is unknown', async () => {
    expect(await find('a.one')).toEqual({ kind: 'unknown', suggestion: null });
    expect(await find('a.one')).toEqual({ kind: 'unknown', suggestion: null });
  });

  test('an unknown alias gets the nearest one as a suggestion, from the table too', async () => {
    service('a.yaml', 'github.issues.list\ngithub.repos.list\n');
    for (let i = 0; i < 2; i++) expect(await find('github.issue.list')).toEqual({ kind: 'unknown', suggestion: 'github.issues.list' });
    expect(await find('../../etc/passwd\0')).toEqual({ kind: 'unknown', suggestion: null });
    expect(compiled).toEqual(['services/a.yaml']);
  });

  test('every alias of a large table is found, and none between them', async () => {
    const names = Array.from({ length: 700 }, (_, i) => `s${i % 7}.a${i}.list`);
    for (let s = 0; s < 7; s++) service(`s${s}.yaml`, names.filter((name) => name.startsWith(`s${s}.`)).join('\n'));
    await find('s0.a0.list');
    await settle();
    await find('s0.a0.list');
    compiled = [];
    for (const name of names) expect(await find(name)).toMatchObject({ kind: 'found', alias: { alias: name } });
    for (const name of ['a.a', 's0.a0', 's0.a0.list.x', 's3.a9999.list', 'zz.zz']) expect((await find(name)).kind).toBe('unknown');
    expect(compiled).toEqual([]);
  });

  test('hidden, other and half-written files define nothing', async () => {
    service('.a.yaml', 'a.one\n');
    service('a.yaml~', 'a.one\n');
    service('.a.yaml.12-0.tmp', 'a.one\n');
    symlinkSync('gone', join(home.state.paths.services, '.#a.yaml'));
    expect((await find('a.one')).kind).toBe('unknown');
  });
});

describe('an invalid service file', () => {
  test('denies what it defines and nothing else', async () => {
    service('a.yaml', 'a.one\n');
    service('b.yaml', 'b.one\nbroken\n');
    for (let i = 0; i < 2; i++) {
      expect(await find('a.one')).toMatchObject({ kind: 'found' });
      expect(await find('b.one')).toEqual({ kind: 'invalid', detail: 'services/b.yaml:3:1 aliases: unknown key, and 1 more' });
      expect((await find('c.one')).kind).toBe('unknown');
    }
  });

  test('an alias that two files define is invalid, whether or not one of them is', async () => {
    service('a.yaml', 'a.one\nx.y\n');
    service('b.yaml', 'b.one\nx.y\n');
    service('c.yaml', 'a.one\nbroken\n');
    expect(await find('x.y')).toEqual({ kind: 'invalid', detail: 'x.y is defined in services/a.yaml and services/b.yaml' });
    expect(await find('a.one')).toMatchObject({ kind: 'invalid' });
    expect(await find('b.one')).toMatchObject({ kind: 'found' });
  });

  test('a file that others can write is refused, and its aliases say so', async () => {
    service('a.yaml', 'a.one\n', 0o664);
    service('b.yaml', 'b.one\n');
    expect(await find('a.one')).toEqual({ kind: 'invalid', detail: 'services/a.yaml: can be written by others' });
    expect(await find('b.one')).toMatchObject({ kind: 'found' });
  });

  test('a link is not followed, and what it might define is not called unknown', async () => {
    service('real', 'a.one\n');
    symlinkSync('real', join(home.state.paths.services, 'a.yaml'));
    mkdirSync(join(home.state.paths.services, 'd.yaml'));
    for (const name of ['a.one', 'b.one']) {
      expect(await find(name)).toMatchObject({ kind: 'invalid' });
      // From the table as well as from the files.
      expect(await find(name)).toMatchObject({ kind: 'invalid' });
    }
    const { services } = await listServices(home.state, deps());
    expect(services.map(({ file, compiled: one }) => [file, one.kind === 'invalid' && one.problems[0]?.message])).toEqual([
      ['services/a.yaml', 'is a symbolic link'],
      ['services/d.yaml', 'is not a regular file'],
    ]);
  });
});

describe('the compiled table', () => {
  test('answers without compiling again', async () => {
    service('a.yaml', 'a.one\n');
    await find('a.one');
    for (let i = 0; i < 3; i++) expect(await find('a.one')).toMatchObject({ kind: 'found' });
    expect(compiled).toEqual(['services/a.yaml']);
  });

  test('only a changed file is compiled again', async () => {
    service('a.yaml', 'a.one\n');
    service('b.yaml', 'b.one\n');
    await find('a.one');
    service('b.yaml', 'b.two\n');
    expect(await find('b.two')).toMatchObject({ kind: 'found' });
    expect((await find('b.one')).kind).toBe('unknown');
    expect(compiled).toEqual(['services/a.yaml', 'services/b.yaml', 'services/b.yaml']);
  });

  test('a change that keeps size, inode and mtime is seen all the same', async () => {
    service('a.yaml', 'a.one\n');
    await settle();
    await find('a.one');
    const path = join(home.state.paths.services, 'a.yaml');
    const { atime, mtime } = statSync(path);
    writeFileSync(path, 'a.two\n');
    utimesSync(path, atime, mtime);
    expect((await find('a.one')).kind).toBe('unknown');
    expect(await find('a.two')).toMatchObject({ kind: 'found' });
  });

  test('a change in the same tick as the table is seen (racy)', async () => {
    for (let i = 0; i < 40; i++) {
      service('a.yaml', 'a.one\n');
      await find('a.one');
      writeFileSync(join(home.state.paths.services, 'a.yaml'), 'a.two\n');
      expect(await find('a.two')).toMatchObject({ kind: 'found' });
      expect((await find('a.one')).kind).toBe('unknown');
    }
  });

  test('a file dated in the future is compared by content, every time', async () => {
    service('a.yaml', 'a.one\n');
    const path = join(home.state.paths.services, 'a.yaml');
    const future = new Date(Date.now() + 3_600_000);
    utimesSync(path, future, future);
    await find('a.one');
    expect(await find('a.one')).toMatchObject({ kind: 'found' });
    expect(readFileSync(table(), 'utf8')).toContain('"racy":[["a.yaml"');
    expect(compiled).toHaveLength(1);
  });

  test('files that have settled leave the racy list', async () => {
    service('a.yaml', 'a.one\n');
    await find('a.one');
    nowOffset = 1000;
    await find('a.one');
    expect(readFileSync(table(), 'utf8')).toContain('"racy":[]');
    expect(compiled).toHaveLength(1);
  });

  test('a removed, renamed or added file is seen', async () => {
    service('a.yaml', 'a.one\n');
    await find('a.one');
    renameSync(join(home.state.paths.services, 'a.yaml'), join(home.state.paths.services, 'b.yaml'));
    expect(await find('a.one')).toMatchObject({ kind: 'found', file: 'services/b.yaml' });
    unlinkSync(join(home.state.paths.services, 'b.yaml'));
    expect((await find('a.one')).kind).toBe('unknown');
    service('c.yaml', 'a.one\n');
    expect(await find('a.one')).toMatchObject({ kind: 'found', file: 'services/c.yaml' });
    chmodSync(join(home.state.paths.services, 'c.yaml'), 0o666);
    expect((await find('a.one')).kind).toBe('invalid');
  });

  test('another build compiles everything again', async () => {
    service('a.yaml', 'a.one\n');
    await find('a.one');
    await find('a.one', '2');
    expect(compiled).toHaveLength(2);
  });

  test('another key does: a table copied from another state is not believed', async () => {
    service('a.yaml', 'a.one\n');
    await find('a.one');
    const other = { ...home.state, auditKey: new Uint8Array(32).fill(9) };
    expect(await findAlias(other, 'a.one', deps())).toMatchObject({ kind: 'found' });
    expect(compiled).toHaveLength(2);
  });

  test('whatever bytes are changed, cut or swapped, the answers stay', async () => {
    service('a.yaml', 'a.one\na.two\na.three\n');
    service('b.yaml', 'b.one\nbroken\n');
    await settle();
    await find('a.one');
    const good = readFileSync(table());
    const lines = good.toString('utf8').split('\n').slice(0, -1);
    const forged: Buffer[] = [Buffer.alloc(0), Buffer.from('\n'), Buffer.from('x'.repeat(70))];
    for (let at = 0; at < good.length; at += 7) forged.push(Buffer.from(good.map((byte, i) => (i === at ? byte ^ 1 : byte))));
    for (let at = 1; at < good.length; at += 101) forged.push(good.subarray(0, at));
    // Swapped, dropped, doubled lines; one alias's entry under another's name.
    forged.push(Buffer.from([lines[0], ...lines.slice(1).reverse(), ''].join('\n')));
    for (let i = 1; i < lines.length; i++) forged.push(Buffer.from([...lines.filter((_, j) => j !== i), ''].join('\n')));
    forged.push(Buffer.from([...lines, lines[1], ''].join('\n')));
    forged.push(Buffer.from(good.toString('utf8').replace('a.three\t', 'a.thref\t')));
    for (const bytes of forged) {
      put(table(), bytes.toString('latin1'));
      writeFileSync(table(), bytes);
      expect(await find('a.one')).toMatchObject({ kind: 'found', alias: { alias: 'a.one' } });
      writeFileSync(table(), bytes);
      expect(await find('a.three')).toMatchObject({ kind: 'found', alias: { alias: 'a.three' } });
      writeFileSync(table(), bytes);
      expect(await find('b.one')).toMatchObject({ kind: 'invalid' });
      writeFileSync(table(), bytes);
      expect((await find('a.thref')).kind).toBe('unknown');
    }
  });

  test('an older table put back is not believed', async () => {
    service('a.yaml', 'a.one\n');
    await find('a.one');
    const old = readFileSync(table());
    service('a.yaml', 'a.two\n');
    await find('a.two');
    writeFileSync(table(), old);
    expect((await find('a.one')).kind).toBe('unknown');
  });

  test('a link, a FIFO or a file of others in its place is not believed', async () => {
    service('a.yaml', 'a.one\n');
    await find('a.one');
    chmodSync(table(), 0o666);
    expect(await find('a.one')).toMatchObject({ kind: 'found' });
    renameSync(table(), `${table()}.moved`);
    symlinkSync(`${table()}.moved`, table());
    expect(await find('a.one')).toMatchObject({ kind: 'found' });
    expect(statSync(table()).isFile()).toBe(true);
  });

  test('where it cannot be written, runs answer all the same', async () => {
    service('a.yaml', 'a.one\n');
    rmSync(home.state.paths.compiled, { recursive: true });
    writeFileSync(home.state.paths.compiled, 'in the way');
    for (let i = 0; i < 2; i++) expect(await find('a.one')).toMatchObject({ kind: 'found' });
    expect(compiled).toHaveLength(2);
  });

  test('a missing compiled directory is made again, closed to others', async () => {
    service('a.yaml', 'a.one\n');
    rmSync(home.state.paths.compiled, { recursive: true });
    await find('a.one');
    expect(statSync(home.state.paths.compiled).mode & 0o777).toBe(0o700);
    expect(statSync(table()).mode & 0o777).toBe(0o600);
  });

  test('many runs that rebuild at once all answer right and leave no temporary file', async () => {
    service('a.yaml', 'a.one\n');
    const answers = await Promise.all(Array.from({ length: 20 }, () => find('a.one')));
    expect(answers.every((answer) => answer.kind === 'found')).toBe(true);
    expect(readdirSync(home.state.paths.compiled).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('listing services', () => {
  test('gives every file with what it compiles to, and what is defined twice', async () => {
    service('b.yaml', 'x.y\nbroken\n');
    service('a.yaml', 'a.one\nx.y\n');
    const list = await listServices(home.state, deps());
    expect(list.services.map(({ file, compiled: one }) => [file, one.kind])).toEqual([
      ['services/a.yaml', 'ok'],
      ['services/b.yaml', 'invalid'],
    ]);
    expect(list.duplicates).toEqual([{ alias: 'x.y', files: ['services/a.yaml', 'services/b.yaml'] }]);
  });

  test('brings the table up to date, so that the next run compiles nothing', async () => {
    service('a.yaml', 'a.one\n');
    await listServices(home.state, deps());
    compiled = [];
    await find('a.one');
    expect(compiled).toEqual([]);
  });
});
