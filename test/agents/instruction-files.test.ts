import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readInstructionFiles } from '../../src/agents/instruction-files.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outloop-agents-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(file: string, text: string | Uint8Array = 'text'): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

const found = () => [...readInstructionFiles(root)].map((one) => (one.kind === 'text' ? one.file : `${one.file} ${one.why}`));

describe('the instruction files of a folder', () => {
  test.each([
    'AGENTS.md',
    'packages/web/AGENTS.override.md',
    'CLAUDE.md',
    'docs/claude.local.md',
    'GEMINI.md',
    '.cursorrules',
    '.cursor/rules/deep/er.mdc',
    '.github/copilot-instructions.md',
    '.github/instructions/web.instructions.md',
    '.github/prompts/x.prompt.md',
    '.claude/commands/deploy.md',
    '.claude/skills/deploy/SKILL.md',
    '.claude/skills/deploy/scripts/run.sh',
    '.agents/skills/x/reference.md',
    'tools/skills/SKILL.md',
    '.windsurf/rules/x.md',
    '.gemini/commands/x.toml',
    'CONVENTIONS.md',
  ])('are such as %s', (file) => {
    put(file);
    expect(found()).toEqual([file]);
  });

  test.each([
    'README.md',
    'docs/agents.txt',
    'src/claude.ts',
    '.github/workflows/x.yml',
    'node_modules/x/AGENTS.md',
    '.git/CLAUDE.md',
    '.claude/settings.json',
  ])('are not such as %s', (file) => {
    put(file);
    expect(found()).toEqual([]);
  });

  test('come in the order of their paths, without a byte-order mark', () => {
    for (const file of ['b/AGENTS.md', 'CLAUDE.md', 'a/AGENTS.md']) put(file, '\ufeffx');
    expect([...readInstructionFiles(root)]).toEqual(
      ['CLAUDE.md', 'a/AGENTS.md', 'b/AGENTS.md'].map((file) => ({ kind: 'text', file, text: 'x' })),
    );
  });

  test('that are links are read within the folder, and named where they lead out of it or nowhere', () => {
    put('docs/agent.md', 'inside');
    symlinkSync('docs/agent.md', join(root, 'AGENTS.md'));
    symlinkSync('/etc/hostname', join(root, 'CLAUDE.md'));
    symlinkSync('gone', join(root, 'GEMINI.md'));
    symlinkSync('/etc', join(root, '.cursor'));
    expect(found()).toEqual(['AGENTS.md', 'CLAUDE.md is a link that leads out of the folder', 'GEMINI.md cannot be read (ENOENT)']);
  });

  test('that cannot be looked into are named with the reason', () => {
    put('AGENTS.md', 'x'.repeat(1024 * 1024 + 1));
    execFileSync('mkfifo', [join(root, 'CLAUDE.md')]);
    expect(found()).toEqual(['AGENTS.md is longer than 1048576 bytes', 'CLAUDE.md is not a plain file']);
  });

  test('leave out what is no text', () => {
    put('.claude/skills/x/logo.png', new Uint8Array([137, 80, 0, 1]));
    expect(found()).toEqual([]);
  });

  test('end at a depth that no person’s folder has, and say so', () => {
    put(`${'d/'.repeat(26)}AGENTS.md`);
    expect(found()).toEqual([`${'d/'.repeat(24)}d lies deeper than 24 folders`]);
  });
});
