import type { CommentStyle } from './section.js';

/** The agents that `agents install` knows; `generic` is any that reads AGENTS.md. */
export const AGENT_TOOLS = ['claude', 'codex', 'cursor', 'gemini', 'copilot', 'generic'] as const;

export type AgentTool = (typeof AGENT_TOOLS)[number];

/**
 * One file of an agent's. `template`: files of templates/agent/, one after the other. `permits`: it says what the agent may do
 * without asking and what it may not, and is written only when that was asked for. `source`: where the place and form are documented.
 */
export type AgentPart = {
  readonly kind: 'section' | 'file' | 'rules';
  readonly file: string;
  readonly template: readonly string[];
  readonly style: CommentStyle;
  readonly permits: boolean;
  readonly source: string;
};

type Row = readonly [kind: AgentPart['kind'], file: string, template: readonly string[], permits: boolean, source: string];

const INSTRUCTIONS = ['instructions.md'];
const SKILL = ['SKILL.md'];

/** The paths that show that a tool is used in a folder, and what goes into its own files there. */
const TABLE: Readonly<Record<AgentTool, { readonly signs: readonly string[]; readonly rows: readonly Row[] }>> = {
  claude: {
    signs: ['CLAUDE.md', 'CLAUDE.local.md', '.claude'],
    rows: [
      ['section', 'CLAUDE.md', INSTRUCTIONS, false, 'code.claude.com/docs/en/memory'],
      ['file', '.claude/skills/outloop/SKILL.md', SKILL, false, 'code.claude.com/docs/en/skills'],
      ['rules', '.claude/settings.json', ['claude-settings.json'], true, 'code.claude.com/docs/en/permissions'],
    ],
  },
  codex: {
    signs: ['AGENTS.override.md', '.codex'],
    rows: [
      ['section', 'AGENTS.md', INSTRUCTIONS, false, 'developers.openai.com/codex/guides/agents-md'],
      ['file', '.agents/skills/outloop/SKILL.md', SKILL, false, 'developers.openai.com/codex/skills'],
      ['file', '.codex/rules/outloop.rules', ['codex.rules'], true, 'developers.openai.com/codex/rules'],
    ],
  },
  cursor: {
    signs: ['.cursor', '.cursorrules'],
    rows: [
      ['file', '.cursor/rules/outloop.mdc', ['cursor-rule.mdc', 'instructions.md'], false, 'cursor.com/docs/context/rules'],
      ['file', '.cursor/skills/outloop/SKILL.md', SKILL, false, 'cursor.com/docs/context/skills'],
      ['rules', '.cursor/cli.json', ['cursor-cli.json'], true, 'cursor.com/docs/cli/reference/permissions'],
      ['section', '.cursorignore', ['ignore.txt'], true, 'cursor.com/docs/context/ignore-files'],
    ],
  },
  gemini: {
    signs: ['GEMINI.md', '.gemini'],
    rows: [
      ['section', 'GEMINI.md', INSTRUCTIONS, false, 'geminicli.com/docs/cli/gemini-md'],
      ['file', '.gemini/skills/outloop/SKILL.md', SKILL, false, 'geminicli.com/docs/cli/skills'],
      ['rules', '.gemini/settings.json', ['gemini-settings.json'], true, 'geminicli.com/docs/reference/configuration'],
      ['section', '.geminiignore', ['ignore.txt'], true, 'geminicli.com/docs/cli/gemini-ignore'],
    ],
  },
  copilot: {
    signs: ['.github/copilot-instructions.md', '.github/instructions', '.github/skills'],
    rows: [
      ['section', '.github/copilot-instructions.md', INSTRUCTIONS, false, 'docs.github.com/copilot, repository custom instructions'],
      ['file', '.github/skills/outloop/SKILL.md', SKILL, false, 'docs.github.com/copilot, agent skills'],
      ['file', '.github/hooks/outloop.json', ['copilot-hook.json'], true, 'docs.github.com/copilot, hooks reference'],
      ['rules', '.vscode/settings.json', ['vscode-settings.json'], true, 'code.visualstudio.com/docs/agents/approvals'],
    ],
  },
  generic: {
    signs: ['AGENTS.md', '.agents'],
    rows: [
      ['section', 'AGENTS.md', INSTRUCTIONS, false, 'agents.md'],
      ['file', '.agents/skills/outloop/SKILL.md', SKILL, false, 'agentskills.io/specification'],
    ],
  },
};

/** The tools that a folder shows signs of, by `exists` (a path within it); `generic` alone where it shows none. */
export function findTools(exists: (path: string) => boolean): readonly AgentTool[] {
  const found = AGENT_TOOLS.filter((tool) => TABLE[tool].signs.some(exists));
  return found.length === 0 ? ['generic'] : found;
}

/** What goes into these tools' files, each file once; `permits`: those of permissions too. */
export function listParts(tools: readonly AgentTool[], permits: boolean): readonly AgentPart[] {
  const parts = new Map<string, AgentPart>();
  for (const [kind, file, template, isPermission, source] of tools.flatMap((tool) => TABLE[tool].rows)) {
    if (isPermission && !permits) continue;
    parts.set(file, { kind, file, template, permits: isPermission, source, style: file.endsWith('ignore') ? 'hash' : 'markdown' });
  }
  return [...parts.values()];
}
