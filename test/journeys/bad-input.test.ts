import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatRegistry, readRegistry, type LinkEntry } from '../../src/link/registry.js';
import { isDenial } from '../../src/denial/denial.js';
import { makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';

const MARK = 'a-value-that-nobody-may-see';
const isRoot = process.getuid?.() === 0;

const replace = (from: RegExp | string, to: string) => (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));

/** What is done to a link file, and what a run in its folder says. */
const LINKS: readonly (readonly [harm: string, code: string, act: (path: string) => void])[] = [
  ['missing', 'LINK_NOT_FOUND', (path) => rmSync(path)],
  ['empty', 'LINK_CHANGED', (path) => truncateSync(path, 0)],
  ['huge', 'LINK_UNTRUSTED_PATH', (path) => truncateSync(path, 64 * 1024 * 1024)],
  ['binary', 'LINK_CHANGED', (path) => writeFileSync(path, Buffer.from([0, 255, 254, 128, 10, 0]))],
  ['writable by others', 'LINK_UNTRUSTED_PATH', (path) => chmodSync(path, 0o666)],
  ['of another user', 'LINK_UNTRUSTED_PATH', (path) => chownSync(path, 4242, 4242)],
  [
    'a link',
    'LINK_UNTRUSTED_PATH',
    (path) => {
      renameSync(path, `${path}.real`);
      symlinkSync(`${path}.real`, path);
    },
  ],
  [
    'a FIFO',
    'LINK_UNTRUSTED_PATH',
    (path) => {
      rmSync(path);
      execFileSync('mkfifo', [path]);
    },
  ],
  [
    'a folder',
    'LINK_UNTRUSTED_PATH',
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
  ['with a key twice', 'LINK_CHANGED', replace(/$/, 'tenant: acme\n')],
  ['with an anchor', 'LINK_CHANGED', replace('tenant: ', `tenant: &${MARK} `)],
  ['with a tag', 'LINK_CHANGED', replace('tenant: ', `tenant: !${MARK} `)],
  ['with an unknown key', 'LINK_CHANGED', replace(/$/, `${MARK}: 1\n`)],
  ['of an unknown version', 'LINK_CHANGED', replace('version: 1', 'version: 2')],
  ['with a carriage return', 'LINK_CHANGED', replace('version: 1', 'version: 1\r')],
  ['of another tenant', 'LINK_CHANGED', replace('tenant: acme', 'tenant: globex')],
];

/** What a `--params` file holds, and a word of what is said of it. */
const PARAMS: readonly (readonly [title: string, content: string | Uint8Array, says: string])[] = [
  ['empty', '', 'it is not JSON at character 1'],
  ['binary', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'not UTF-8'],
  ['huge', Buffer.alloc(1024 * 1024 + 1, ' '), 'longer than 1048576 bytes'],
  ['no JSON', `{"verb": ${MARK}}`, 'it is not JSON at character 10'],
  ['cut short', `{"verb": "${MARK}`, 'it is not JSON at character 10'],
  ['a list', `["${MARK}"]`, 'must hold one JSON object'],
  ['a text', `"${MARK}"`, 'must hold one JSON object'],
  ['null', 'null', 'must hold one JSON object'],
  ['deep', `${'['.repeat(100_000)}`, 'nests deeper than 65 levels'],
  ['with a key twice', `{"verb": "none", "v\\u0065rb": "${MARK}"}`, 'a key stands twice, at character 18'],
];

let home: Home;
beforeAll(async () => {
  home = await makeDemo();
  // Every folder is linked as `acme` is, with a copy of its file.
  const path = home.path('state/links.json');
  const registry = readRegistry(readFileSync(path));
  if (isDenial(registry)) throw new Error(registry.code);
  const [acme] = registry.links;
  if (acme === undefined) throw new Error('acme is not linked');
  const entries = LINKS.map(([harm]): LinkEntry => {
    const directory = home.path(`link ${harm}`);
    mkdirSync(directory, { mode: 0o700 });
    copyFileSync(home.path('acme/.outloop'), join(directory, '.outloop'));
    return { ...acme, directory, inode: String(lstatSync(directory, { bigint: true }).ino) };
  });
  writeFileSync(path, formatRegistry({ links: [acme, ...entries] }));
});
afterAll(() => home.remove());

describe('.outloop', () => {
  for (const [harm, code, act] of LINKS) {
    test.skipIf(harm === 'of another user' && !isRoot)(`${harm} is ${code}`, { concurrent: true }, async () => {
      const cwd = home.path(`link ${harm}`);
      act(join(cwd, '.outloop'));
      const { exit, stdout, stderr } = await home.outloop(['run', 'demo.use', 'verb=print'], { cwd });
      expect({ exit, stdout }).toEqual({ exit: 103, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^outloop: denied ${code} \\(103\\) run=\\w{26}: .+\\. Next: .+\\.\\n$`));
      expect(stderr).not.toContain(MARK);
    });
  }

  test.concurrent.each(LINKS.filter(([, code]) => code === 'LINK_CHANGED').filter(([harm]) => harm !== 'of another tenant'))(
    '%s is not registered',
    async (harm, _, act) => {
      const cwd = home.path(`new ${harm}`);
      mkdirSync(cwd, { mode: 0o700 });
      copyFileSync(home.path('acme/.outloop'), join(cwd, '.outloop'));
      act(join(cwd, '.outloop'));
      const before = readFileSync(join(cwd, '.outloop'));
      const { exit, stdout, stderr } = await home.attempt(['link', '--yes'], { cwd });
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
      expect(stderr).toMatch(/^outloop: line \d+ of the \.outloop file here: .+\. Next: correct it or move it away, then outloop link\n$/);
      expect(stderr).not.toContain(MARK);
      expect(readFileSync(join(cwd, '.outloop'))).toEqual(before);
    },
  );
});

describe('--params', () => {
  const usage = async (file: string, says: string) => {
    const ended = await home.outloop(['run', 'demo.use', '--params', file], { cwd: home.path('acme') });
    expect({ exit: ended.exit, stdout: ended.stdout }).toEqual({ exit: 102, stdout: '' });
    expect(ended.stderr).toMatch(/^outloop: denied USAGE \(102\) run=\w{26}: .+\. Next: .+\.\n$/);
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toContain(MARK);
  };
  test.concurrent('missing is USAGE', () => usage('nowhere.json', 'cannot be read'));
  test.concurrent('JSON in its place is USAGE', () => usage('{"verb":"print"}', 'it takes a FILE, or - for standard input'));
  test.concurrent('a folder is USAGE', () => usage('.', 'cannot be read'));
  test.concurrent.each(PARAMS)('%s is USAGE', (title, content, says) => usage(home.put(`params ${title}`, content), says));

  test.concurrent.each([
    ['an unknown name', { verb: 'none', surprise: MARK }, 'PARAM_INVALID'],
    ['a value of another type', { verb: { nested: MARK } }, 'PARAM_INVALID'],
    ['a name that is none', { verb: 'none', [MARK + '!']: 1 }, 'PARAM_INVALID'],
    ['a value with a NUL', { verb: `${MARK}\0` }, 'PARAM_UNSAFE'],
    ['half a surrogate pair', { verb: `${MARK}\ud800` }, 'PARAM_UNSAFE'],
    ['a value of 100 KB', { verb: MARK.repeat(4000) }, 'PARAM_INVALID'],
  ])('with %s is refused', async (title, params, code) => {
    const file = home.put(`values ${title}`, JSON.stringify(params));
    const { stderr } = await home.run('demo.use', '--params', file);
    expect(stderr).toMatch(new RegExp(`^outloop: denied ${code} \\(106\\) .+\\n$`));
    expect(stderr).not.toContain(MARK);
  });
});

test('a key of --params that is no parameter is told by its number, a typed one by its name', async () => {
  const file = home.put('wrong.json', JSON.stringify({ verb: 'none', s3crets3crets3cret: 1 }));
  const { stderr } = await home.run('demo.use', '--params', file);
  expect(stderr).toContain(': parameter 2 of the --params file is not valid: demo.use has no such parameter; it takes verb, value. ');
  expect(stderr).not.toContain('s3cret');
  expect((await home.run('demo.use', 'vreb=none')).stderr).toContain(
    ': parameter vreb is not valid: demo.use has no such parameter; did you mean verb?',
  );
});

describe('arguments', () => {
  test.concurrent.each([
    ['demo.use', 'verb=$(printf "no\\377ne")', 'PARAM_UNSAFE', 106],
    ['$(printf "demo.\\377")', '', 'ALIAS_UNKNOWN', 105],
    ['demo.use', '$(printf "v\\377rb=x")', 'PARAM_INVALID', 106],
    ['demo.use', '--tenant $(printf "\\377")', 'TENANT_MISMATCH', 104],
    ['demo.use', '--as $(printf "agent:\\377") verb=none', 'USAGE', 102],
  ])('that are not UTF-8 are refused (%s %s)', async (alias, rest, code, exit) => {
    const ended = await home.shell(`outloop run ${alias} ${rest}`);
    expect({ exit: ended.exit, stdout: ended.stdout }).toEqual({ exit, stdout: '' });
    expect(ended.stderr).toMatch(new RegExp(`^outloop: denied ${code} \\(${exit}\\) .+\n$`));
  });

  test.concurrent('that are too long for a line are refused as they are', async () => {
    const ended = await home.run('demo.use', `verb=${MARK.repeat(3000)}`);
    expect(ended.stderr).toMatch(/^outloop: denied PARAM_INVALID \(106\) .+\n$/);
    expect(ended.stderr).not.toContain(MARK);
  });

  test.concurrent('that hold line ends and escapes give one plain line', async () => {
    const ended = await home.run('demo.\n\u001b[31m\u202euse');
    expect(ended.stderr).toMatch(/^outloop: denied ALIAS_UNKNOWN \(105\) .+\n$/);
    expect(ended.stderr).not.toMatch(/[\u001b\u202e]|\n./);
  });
});
