import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planChanges, type PlannedChange } from '../../src/agents/plan.js';
import { removePlace, writePlace } from '../../src/agents/place.js';
import { AGENT_TOOLS, findTools, listParts, type AgentTool } from '../../src/agents/tools.js';

const TEMPLATES = join(import.meta.dirname, '../../templates/agent');
const uid = process.getuid?.() ?? 0;
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outloop-agents-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function plan(folder: string, tools: readonly AgentTool[], remove = false): readonly PlannedChange[] {
  const readTemplate = (name: string) => readFileSync(join(TEMPLATES, name), 'latin1');
  return planChanges({ folder, uid, parts: listParts(tools, true), remove, readTemplate });
}

function apply(folder: string, tools: readonly AgentTool[], remove = false): readonly PlannedChange[] {
  const changes = plan(folder, tools, remove);
  for (const change of changes) {
    if (change.action === 'keep' || change.action === 'refused') continue;
    if (change.text === null) removePlace(folder, change.place.real);
    else writePlace(change.place, change.text);
  }
  return changes;
}

/** Every file of a folder with its bytes and mode, and every link with where it leads. */
function snapshot(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) files[name] = `-> ${readlinkSync(path)}`;
    else if (stat.isFile()) files[name] = `${(stat.mode & 0o777).toString(8)} ${readFileSync(path, 'latin1')}`;
  }
  return files;
}

function put(file: string, text: string, mode = 0o644): string {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, 'latin1');
  chmodSync(path, mode);
  return path;
}

const refused = (changes: readonly PlannedChange[]) =>
  changes.flatMap((change) => (change.action === 'refused' ? [`${change.file} ${change.why}`] : []));

describe('what goes into an agent’s files', () => {
  const markdown = fc.option(
    fc.array(fc.constantFrom('# A', 'text', '', '\r', '\u00e9\u00ff', '- item', '.env'), { maxLength: 6 }).map((lines) => lines.join('\n')),
  );
  const json = fc.option(
    fc.constantFrom(
      '{}',
      '{\r\n}',
      '\u00ef\u00bb\u00bf{ "permissions": { "allow": [] } }',
      '{ "tools": {"allowed": ["x"]}, // c\n "a": [1,],\n}\n',
      '{"chat.tools.terminal.autoApprove":{"ls":true}}',
    ),
  );
  const files = fc.record({
    'CLAUDE.md': markdown,
    'AGENTS.md': markdown,
    'GEMINI.md': markdown,
    '.geminiignore': markdown,
    '.cursorignore': markdown,
    '.github/copilot-instructions.md': markdown,
    '.claude/settings.json': json,
    '.cursor/cli.json': json,
    '.gemini/settings.json': json,
    '.vscode/settings.json': json,
  });

  test('comes out again and leaves every byte and mode, whatever stood there', () => {
    let run = 0;
    fc.assert(
      fc.property(files, fc.constantFrom(0o644, 0o600, 0o664), fc.subarray([...AGENT_TOOLS], { minLength: 1 }), (contents, mode, tools) => {
        const folder = join(root, String(run++));
        mkdirSync(folder);
        for (const [file, text] of Object.entries(contents)) if (text !== null) put(join(String(run - 1), file), text, mode);
        const before = snapshot(folder);
        expect(refused(apply(folder, tools))).toEqual([]);
        const once = snapshot(folder);
        expect(apply(folder, tools).every(({ action }) => action === 'keep')).toBe(true);
        expect(snapshot(folder)).toEqual(once);
        for (const [file, text] of Object.entries(before)) if (/\.md$|ignore$/.test(file)) expect(once[file]?.startsWith(text)).toBe(true);
        expect(refused(apply(folder, AGENT_TOOLS, true))).toEqual([]);
        expect(snapshot(folder)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  test.each(AGENT_TOOLS)('of %s is made where nothing stood, and leaves nothing behind', (tool) => {
    const changes = apply(root, [tool]);
    expect(changes.length).toBeGreaterThan(1);
    expect(changes.every(({ action }) => action === 'create')).toBe(true);
    apply(root, [tool], true);
    expect(readdirSync(root)).toEqual([]);
  });

  test('is each a skill or settings file that its tool can read', () => {
    apply(root, AGENT_TOOLS);
    for (const folder of ['.claude', '.agents', '.cursor', '.gemini', '.github']) {
      const [, front = '', body = ''] =
        /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(readFileSync(join(root, folder, 'skills/outloop/SKILL.md'), 'utf8')) ?? [];
      // agentskills.io/specification: the name is the folder's; a description of at most 1,024 characters.
      expect(front).toMatch(/^name: outloop$/m);
      expect(/^description: (.*)$/m.exec(front)?.[1]?.length).toBeLessThanOrEqual(1024);
      expect(body.split('\n').length).toBeLessThan(500);
    }
    for (const file of [
      '.claude/settings.json',
      '.cursor/cli.json',
      '.gemini/settings.json',
      '.vscode/settings.json',
      '.github/hooks/outloop.json',
    ])
      expect(() => JSON.parse(readFileSync(join(root, file), 'utf8')) as unknown).not.toThrow();
    expect(readFileSync(join(root, '.cursor/rules/outloop.mdc'), 'utf8')).toMatch(/^---\ndescription: .+\nalwaysApply: true\n---\n/);
  });

  test('holds no text that a person’s file would not take: ASCII, and no line of outloop’s marks', () => {
    for (const name of readdirSync(TEMPLATES)) {
      const text = readFileSync(join(TEMPLATES, name), 'latin1');
      expect(text).toMatch(/^[\x20-\x7e\n]*\n$/);
      expect(text).not.toMatch(/outloop:(?:begin|end)/);
    }
  });

  test('goes to the file that a link within the folder leads to, and the link stays', () => {
    put('AGENTS.md', 'mine\n');
    symlinkSync('AGENTS.md', join(root, 'CLAUDE.md'));
    apply(root, ['claude']);
    expect(readlinkSync(join(root, 'CLAUDE.md'))).toBe('AGENTS.md');
    expect(readFileSync(join(root, 'AGENTS.md'), 'utf8')).toContain('outloop:begin');
    apply(root, ['claude'], true);
    expect(readFileSync(join(root, 'AGENTS.md'), 'utf8')).toBe('mine\n');
  });
});

describe('a file that must not be written', () => {
  test.each([
    ['is read-only', () => put('CLAUDE.md', 'x\n', 0o444), 'CLAUDE.md is read-only'],
    [
      'is a link that leads out',
      () => symlinkSync('/etc/hostname', join(root, 'CLAUDE.md')),
      'CLAUDE.md is a link that leads out of the folder',
    ],
    ['is a link to nothing', () => symlinkSync('gone.md', join(root, 'CLAUDE.md')), 'CLAUDE.md is a link that leads out of the folder'],
    ['is a folder', () => mkdirSync(join(root, 'CLAUDE.md')), 'CLAUDE.md is not a plain file'],
    [
      'has a second name',
      () => linkSync(put('x.md', 'x\n'), join(root, 'CLAUDE.md')),
      'CLAUDE.md has a second name (a hard link), which would keep the old text',
    ],
    ['is UTF-16', () => put('CLAUDE.md', '\u00ff\u00feh\0i\0'), 'CLAUDE.md is not text in UTF-8'],
    ['is too long', () => put('CLAUDE.md', 'x'.repeat(4 * 1024 * 1024 + 1)), 'CLAUDE.md is longer than 4194304 bytes'],
    [
      'lies behind a link that leads out',
      () => symlinkSync('/usr/share/misc', join(root, '.claude')),
      '.claude/settings.json lies behind .claude, a link that leads out of the folder',
    ],
    ['lies behind a file', () => put('.claude', 'x'), '.claude/settings.json lies behind .claude, which is not a folder'],
    [
      'is somebody else’s skill',
      () => put('.claude/skills/outloop/SKILL.md', 'mine'),
      '.claude/skills/outloop/SKILL.md it is not outloop’s: move it away first',
    ],
    ['is not JSON', () => put('.claude/settings.json', '{'), '.claude/settings.json it is not valid JSON: mend it first'],
  ])('because it %s is refused in one line, and nothing of it is lost', (_what, make, line) => {
    make();
    const before = snapshot(root);
    expect(refused(plan(root, ['claude']))).toContain(line);
    expect(snapshot(root)).toEqual(before);
  });

  test('because it was edited between outloop’s marks says where', () => {
    apply(root, ['claude']);
    for (const file of ['CLAUDE.md', '.claude/skills/outloop/SKILL.md'])
      writeFileSync(join(root, file), readFileSync(join(root, file), 'utf8').replace('key', 'KEY'));
    const edited = snapshot(root);
    for (const remove of [false, true]) {
      const changes = plan(root, ['claude'], remove);
      expect(changes.find(({ file }) => file === 'CLAUDE.md')).toMatchObject({ action: 'refused', line: 2 });
      expect(changes.find(({ file }) => file.endsWith('SKILL.md'))).toMatchObject({ action: 'refused', line: null });
    }
    expect(snapshot(root)).toEqual(edited);
  });
});

describe('the tools of a folder', () => {
  test('are those that it shows signs of, and the generic one where it shows none', () => {
    const tools = (...paths: string[]) => findTools((path) => paths.includes(path));
    expect(tools()).toEqual(['generic']);
    expect(tools('CLAUDE.md', '.gemini')).toEqual(['claude', 'gemini']);
    expect(tools('AGENTS.md')).toEqual(['generic']);
    expect(tools('.codex', 'AGENTS.md', '.cursor', '.github/copilot-instructions.md')).toEqual(['codex', 'cursor', 'copilot', 'generic']);
  });

  test('share a file once', () => {
    expect(listParts(['codex', 'generic'], false).map(({ file }) => file)).toEqual(['AGENTS.md', '.agents/skills/outloop/SKILL.md']);
    expect(listParts(AGENT_TOOLS, true).every(({ source }) => source !== '')).toBe(true);
  });

  test('get no settings unless those were asked for', () => {
    expect(listParts(AGENT_TOOLS, false).filter(({ kind, permits }) => kind === 'rules' || permits)).toEqual([]);
    expect(existsSync(TEMPLATES)).toBe(true);
  });
});
