/** What kind of place a file is. `env`: variables of a program or a shell; `agent`: an agent's or MCP client's configuration. */
export type PlaceKind = 'env' | 'agent' | 'history' | 'schedule';

/**
 * Files of a folder by their path in it, wherever it stands (from each client's own documents: Claude Code, Claude Desktop, Cursor, Windsurf, VS
 * Code, Codex, Gemini CLI, opencode, Zed, Continue, Cline, Roo, Kiro, Amp, Crush, Goose, Aider). The first row that fits decides.
 */
export const FOLDER_FILES: readonly (readonly [path: RegExp, kind: PlaceKind])[] = [
  [/(?:^|\/)\.env(?:\.[^/]*)?$|\.env$|(?:^|\/)\.(?:envrc|dev\.vars)$/, 'env'],
  [/(?:^|\/)(?:\.?mcp|mcp[_-]config|cline_mcp_settings|mcp_settings|claude_desktop_config|crush|\.crush)\.json$/, 'agent'],
  [/(?:^|\/)\.claude\/(?:settings(?:\.local)?|\.mcp)\.json$|(?:^|\/)\.claude\.json$/, 'agent'],
  [/(?:^|\/)\.(?:gemini|zed|vscode|amp|kiro|qwen)\/settings\.json$|(?:^|\/)\.codex\/config\.toml$/, 'agent'],
  [/(?:^|\/)opencode\.jsonc?$|(?:^|\/)\.continue\/(?:config\.(?:json|ya?ml)|mcpServers\/[^/]+\.ya?ml)$/, 'agent'],
  [/(?:^|\/)\.aider\.conf\.ya?ml$|(?:^|\/)\.goose(?:hints|\/config\.ya?ml)$/, 'agent'],
  [/(?:^|\/)(?:CLAUDE|CLAUDE\.local|AGENTS|GEMINI)\.md$|(?:^|\/)\.(?:cursorrules|windsurfrules|clinerules)$/, 'agent'],
  [/(?:^|\/)(?:crontab|[^/]+\.(?:cron|crontab))$|(?:^|\/)cron\.d\/[^/]+$/, 'schedule'],
  [/\.(?:service|timer)$|(?:^|\/)Launch(?:Agents|Daemons)\/[^/]+\.plist$|(?:^|\/)[a-z]+(?:\.[\w-]+){2,}\.plist$/, 'schedule'],
  [/(?:^|\/)\.(?:bash|zsh|sh|ash|python|psql|mysql)_history$|(?:^|\/)fish_history$/, 'history'],
];

/** The user's own well-known files below their home; a name that ends in a slash is a folder, whose files are looked at by FOLDER_FILES. */
export const HOME_FILES: readonly (readonly [path: string, kind: PlaceKind])[] = [
  ...['.bashrc', '.bash_profile', '.profile', '.zshrc', '.zshenv', '.zprofile', '.config/fish/config.fish', '.env'].map(
    (path) => [path, 'env'] as const,
  ),
  ...[
    '.claude.json',
    '.claude/settings.json',
    '.claude/settings.local.json',
    '.claude/CLAUDE.md',
    '.config/Claude/claude_desktop_config.json',
    'Library/Application Support/Claude/claude_desktop_config.json',
    '.cursor/mcp.json',
    '.codeium/windsurf/mcp_config.json',
    '.codex/config.toml',
    '.gemini/settings.json',
    '.qwen/settings.json',
    '.copilot/mcp-config.json',
    '.kiro/settings/mcp.json',
    '.aws/amazonq/mcp.json',
    '.lmstudio/mcp.json',
    '.config/opencode/opencode.json',
    '.config/opencode/opencode.jsonc',
    '.config/zed/settings.json',
    '.config/goose/config.yaml',
    '.config/crush/crush.json',
    '.config/amp/settings.json',
    '.continue/config.json',
    '.continue/config.yaml',
    '.aider.conf.yml',
    '.config/Code/User/settings.json',
    '.config/Code/User/mcp.json',
    '.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json',
    '.config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json',
    'Library/Application Support/Code/User/settings.json',
    'Library/Application Support/Code/User/mcp.json',
  ].map((path) => [path, 'agent'] as const),
  ...[
    '.bash_history',
    '.zsh_history',
    '.histfile',
    '.history',
    '.sh_history',
    '.ash_history',
    '.local/share/fish/fish_history',
    '.python_history',
    '.node_repl_history',
    '.psql_history',
    '.mysql_history',
    '.rediscli_history',
  ].map((path) => [path, 'history'] as const),
  ['.config/systemd/user/', 'schedule'],
  ['Library/LaunchAgents/', 'schedule'],
];

/** A user's crontab, where the system lets them read it (cron(8) of Debian, Red Hat and macOS). */
export function crontabsOf(user: string): readonly string[] {
  return ['/var/spool/cron/crontabs', '/var/spool/cron', '/var/at/tabs', '/usr/lib/cron/tabs'].map((folder) => `${folder}/${user}`);
}

/** Folders that hold other people's code, or nothing of the user's own. */
export const UNVISITED = new Set(['node_modules', '.git', '.hg', '.svn', '.venv', 'venv', '__pycache__', '.terraform', '.cache']);

/** What kind of place a path of a folder is; null for what is not looked at. */
export function kindOfPath(path: string): PlaceKind | null {
  return FOLDER_FILES.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}
