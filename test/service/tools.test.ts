import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { checkTool, type ToolCheck } from '../../src/service/check-tool.js';
import { recallHash, rememberHash, type HashCache } from '../../src/service/tool-hashes.js';
import { formatToolPins, readToolPins, writeToolPins, type ToolPins } from '../../src/service/tool-pins.js';
import { vetTool } from '../../src/service/vet-tool.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const uid = process.getuid?.() ?? 0;
const asRoot = uid === 0;
let top: string;
let tool: string;
let check: ToolCheck;
beforeEach(() => {
  top = temporaryHome();
  mkdirSync(join(top, 'bin'), { mode: 0o755 });
  tool = join(top, 'bin', 'tool');
  writeFileSync(tool, '\x7fELF pretended', { mode: 0o755 });
  check = { service: 'demo', uid, toolDirs: [], cache: null };
});

function vetted(path = tool): ToolPins {
  const result = vetTool(path, check);
  if (isDenial(result)) throw new Error(JSON.stringify(result));
  return { [path]: result.pin };
}

describe('a tool', () => {
  it('that was vetted is what it was', () => {
    const pins = vetted();
    expect(checkTool(tool, pins, check)).toEqual({ ...pins[tool], system: false });
  });

  it('that was not vetted is TOOL_NOT_VETTED, whatever its name', () => {
    expect(checkTool(tool, {}, check)).toMatchObject({ code: 'TOOL_NOT_VETTED', facts: { tool, service: 'demo' } });
    expect(checkTool('toString', {}, check)).toMatchObject({ code: 'TOOL_NOT_FOUND' });
  });

  it('that changed is TOOL_CHANGED: other bytes, another size, another place', () => {
    const pins = vetted();
    writeFileSync(tool, '\x7fELF pretendeD');
    expect(checkTool(tool, pins, check)).toMatchObject({ code: 'TOOL_CHANGED' });
    writeFileSync(tool, '\x7fELF');
    expect(checkTool(tool, pins, check)).toMatchObject({ code: 'TOOL_CHANGED' });
    writeFileSync(tool, '\x7fELF pretended');
    expect(isDenial(checkTool(tool, pins, check))).toBe(false);
    renameSync(tool, join(top, 'bin', 'other'));
    symlinkSync('other', tool);
    expect(checkTool(tool, pins, check)).toMatchObject({ code: 'TOOL_CHANGED' });
  });

  it('that went away is TOOL_NOT_FOUND', () => {
    const pins = vetted();
    rmSync(tool);
    expect(checkTool(tool, pins, check)).toMatchObject({ code: 'TOOL_NOT_FOUND' });
    expect(vetTool(tool, check)).toMatchObject({ code: 'TOOL_NOT_FOUND' });
    symlinkSync('tool', tool);
    expect(vetTool(tool, check)).toMatchObject({ code: 'TOOL_NOT_FOUND' });
  });

  it('behind a link is pinned as what the link leads to', () => {
    const link = join(top, 'link');
    symlinkSync(tool, link);
    expect(vetted(link)[link]?.path).toBe(tool);
    expect(isDenial(checkTool(link, vetted(link), check))).toBe(false);
  });

  it.each([0o775, 0o757, 0o777])('in a folder of mode %o is refused', (mode) => {
    const pins = vetted();
    chmodSync(join(top, 'bin'), mode);
    expect(checkTool(tool, pins, check)).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH', facts: { tool } });
    expect(vetTool(tool, check)).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH' });
  });

  it.each([0o775, 0o757])('of mode %o is refused', (mode) => {
    chmodSync(tool, mode);
    expect(vetTool(tool, check)).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH' });
  });

  it('that is a folder or cannot be executed is refused', () => {
    chmodSync(tool, 0o644);
    expect(vetTool(tool, check)).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH' });
    expect(vetTool(join(top, 'bin'), check)).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH' });
  });

  it('of another user, or in another user’s folder, is refused', () => {
    expect(vetTool(tool, { ...check, uid: uid + 4711 })).toMatchObject(asRoot ? { kind: 'ok' } : { code: 'TOOL_UNTRUSTED_PATH' });
    if (!asRoot) return;
    chownSync(tool, 4711, 0);
    expect(vetTool(tool, check)).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH' });
    chownSync(tool, 0, 0);
    chownSync(join(top, 'bin'), 4711, 0);
    expect(vetTool(tool, check)).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH' });
    expect(vetTool(tool, { ...check, uid: 4711 })).toMatchObject({ kind: 'ok' });
  });

  it('in a named folder may have a group that writes there, but never the whole world', () => {
    const named = { ...check, toolDirs: [join(top, 'bin')] };
    chmodSync(join(top, 'bin'), 0o775);
    expect(vetTool(tool, named)).toMatchObject({ kind: 'ok' });
    expect(vetTool(tool, { ...check, toolDirs: [join(top, 'bi')] })).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH' });
    chmodSync(join(top, 'bin'), 0o777);
    expect(vetTool(tool, named)).toMatchObject({ code: 'TOOL_UNTRUSTED_PATH' });
  });

  it.each([
    ['sh', '\x7fELF', /is a shell/],
    ['bash', '\x7fELF', /is a shell/],
    ['python3.12', '\x7fELF', /runs what its arguments name/],
    ['env', '\x7fELF', /runs what its arguments name/],
    ['curl', '\x7fELF', /sends whatever its arguments say, wherever they say/],
    ['wget', '\x7fELF', /sends whatever its arguments say, wherever they say/],
    ['deploy', '#!/usr/bin/env node\n', /interpreter \/usr\/bin\/env/],
    ['deploy', '#! /bin/sh -e\n', /interpreter \/bin\/sh is/],
  ])('called %s that begins %j is vetted with a warning', (name, bytes, warning) => {
    const path = join(top, 'bin', name);
    writeFileSync(path, bytes, { mode: 0o755 });
    const result = vetTool(path, check);
    expect(isDenial(result) ? [] : result.warnings.join()).toMatch(warning);
  });

  it('that is set-user-ID is vetted with a warning, and a plain one with none', () => {
    expect(vetTool(tool, check)).toMatchObject({ warnings: [] });
    chmodSync(tool, 0o4755);
    expect(vetTool(tool, check)).toMatchObject({ warnings: [expect.stringContaining('set-user-ID')] });
  });

  it('of the system is told from one below a folder that others can write', () => {
    const system = realpathSync('/bin/true');
    const result = vetTool(system, check);
    if (isDenial(result)) return; // A system whose own tools do not lie on a trusted path has no such tool.
    expect(checkTool(system, { [system]: result.pin }, check)).toMatchObject({ system: true });
    expect(checkTool(tool, vetted(), check)).toMatchObject({ system: false });
  });
});

describe('the remembered hashes', () => {
  let cache: HashCache;
  beforeEach(() => {
    cache = { file: join(top, 'tools.json'), key: new Uint8Array(32).fill(7), uid };
  });
  const entry = { identity: '1:2:3:4:5', sha256: 'ab'.repeat(32) };

  it('come back for the same file alone', () => {
    rememberHash(cache, '/a', entry);
    rememberHash(cache, '/b', entry);
    expect(recallHash(cache, '/a', entry.identity)).toBe(entry.sha256);
    expect(recallHash(cache, '/b', entry.identity)).toBe(entry.sha256);
    expect(recallHash(cache, '/a', '1:2:3:4:6')).toBeNull();
    expect(recallHash(cache, '/c', entry.identity)).toBeNull();
  });

  it('are nothing once a byte of them is changed, or under another key', () => {
    rememberHash(cache, '/a', entry);
    expect(recallHash({ ...cache, key: new Uint8Array(32) }, '/a', entry.identity)).toBeNull();
    const bytes = readFileSync(cache.file);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      writeFileSync(cache.file, changed);
      const recalled = recallHash(cache, '/a', entry.identity);
      expect(recalled === null || recalled === entry.sha256).toBe(true);
    }
  });

  it('are never used for a tool that others than root could change', () => {
    const pins = vetted();
    expect(isDenial(checkTool(tool, pins, { ...check, cache }))).toBe(false);
    expect(existsSync(cache.file)).toBe(false);
  });

  it('serve a system tool, and a state that cannot be written is no failure', () => {
    const system = realpathSync('/bin/true');
    const result = vetTool(system, check);
    if (isDenial(result)) return;
    const pins = { [system]: result.pin };
    const nowhere = { ...cache, file: join(top, 'gone', 'tools.json') };
    expect(checkTool(system, pins, { ...check, cache: nowhere })).toMatchObject({ system: true });
    expect(checkTool(system, pins, { ...check, cache })).toMatchObject({ system: true });
    expect(existsSync(cache.file)).toBe(true);
    expect(checkTool(system, pins, { ...check, cache })).toMatchObject({ system: true });
  });
});

describe('the pins', () => {
  it('read back as they were written', () => {
    const pins = { ...vetted(), '/usr/bin/gh': { path: '/usr/bin/gh', sha256: '0'.repeat(64), size: 0 } };
    writeToolPins(join(top, 'tools.json'), pins);
    expect(readToolPins(readFileSync(join(top, 'tools.json')))).toEqual(pins);
    expect(readToolPins(Buffer.from(formatToolPins({})))).toEqual({});
  });

  const pin = { path: '/a', sha256: '0'.repeat(64), size: 1 };
  it.each([
    '',
    '[]',
    '{}',
    'null',
    '{"version":2,"tools":{}}',
    '{"version":1}',
    '{"version":1,"tools":[]}',
    '{"version":1,"tools":{},"more":1}',
    JSON.stringify({ version: 1, tools: { a: pin } }),
    JSON.stringify({ version: 1, tools: { '/a': null } }),
    JSON.stringify({ version: 1, tools: { '/a': { ...pin, path: 'a' } } }),
    JSON.stringify({ version: 1, tools: { '/a': { ...pin, sha256: 'A'.repeat(64) } } }),
    JSON.stringify({ version: 1, tools: { '/a': { ...pin, size: -1 } } }),
    JSON.stringify({ version: 1, tools: { '/a': { ...pin, size: '1' } } }),
    JSON.stringify({ version: 1, tools: { '/a': { ...pin, trusted: true } } }),
  ])('%s is not a file of pins', (text) => {
    expect(readToolPins(Buffer.from(text))).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
