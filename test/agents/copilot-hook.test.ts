import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const { hooks } = JSON.parse(readFileSync(join(import.meta.dirname, '../../templates/agent/copilot-hook.json'), 'utf8')) as {
  hooks: { preToolUse: { bash: string }[] };
};

/** What a tool is asked to do, and whether the hook refuses it. The input is as Copilot's hooks reference has it. */
const ROWS: readonly (readonly [tool: string, args: Record<string, string>, refused: boolean])[] = [
  ['bash', { command: 'cat .env' }, true],
  ['bash', { command: 'cd app && . ./.env.local' }, true],
  ['bash', { command: 'grep KEY "config/.env.production.local"' }, true],
  ['bash', { command: 'env' }, true],
  ['bash', { command: 'env | sort' }, true],
  ['bash', { command: 'printenv HOME' }, true],
  ['bash', { command: 'export -p' }, true],
  ['bash', { command: 'cat /proc/self/environ' }, true],
  ['view', { path: '/home/ann/acme/.env' }, true],
  ['create', { path: '.env.local', file_text: 'x' }, true],
  ['bash', { command: 'outloop run github.issues.list repo=site' }, false],
  ['bash', { command: 'cat .env.example' }, false],
  ['bash', { command: 'env FOO=1 make' }, false],
  ['bash', { command: 'node -e "console.log(process.env.HOME)"' }, false],
  ['view', { path: 'README.md' }, false],
  ['edit', { path: 'README.md', new_str: 'never read .env or printenv' }, false],
];

describe('the hook for Copilot', () => {
  test.each(
    ROWS.flatMap(([tool, args, refused]) => [
      [tool, JSON.stringify(args), 'as text', refused] as const,
      [tool, JSON.stringify(args), 'as an object', refused] as const,
    ]),
  )('asked for %s %s, with its arguments %s', (toolName, args, form, refused) => {
    const toolArgs = form === 'as text' ? args : (JSON.parse(args) as unknown);
    const input = JSON.stringify({ timestamp: 1, cwd: '/work', toolName, toolArgs });
    const ended = spawnSync('/bin/bash', ['-c', hooks.preToolUse[0]?.bash ?? ''], { input, env: { PATH: '/usr/bin:/bin' } });
    expect(ended.status).toBe(0);
    const answer = ended.stdout.toString();
    expect(answer === '' ? null : (JSON.parse(answer) as { permissionDecision: string }).permissionDecision).toBe(refused ? 'deny' : null);
  });
});
