/**
 * A variable that tells who runs a shell. `name`: what the principal is called; null: the variable's own value says it.
 * `not`: values that mean the opposite. `only`: the values that count, where the variable has other uses.
 */
export type Marker = {
  readonly variable: string;
  readonly name: string | null;
  readonly not?: readonly string[];
  readonly only?: readonly string[];
};

/**
 * What coding agents put into the environment of the commands that they run, from their documents and sources and the lists that
 * others keep (std-env, @vercel/detect-agent, am-i-vibing). The first that is set decides. Not here: what a person sets to
 * configure an agent (GOOSE_PROVIDER, AIDER_MODEL, COPILOT_MODEL), and what an editor sets in the terminal that a person types
 * into (CURSOR_TRACE_ID, CODEIUM_EDITOR_APP_ROOT). Agents that set nothing, such as Aider, are started with AI_AGENT=aider.
 */
export const AGENT_MARKERS: readonly Marker[] = [
  { variable: 'CLAUDECODE', name: 'claude' },
  { variable: 'CLAUDE_CODE', name: 'claude' },
  { variable: 'CLAUDE_CODE_ENTRYPOINT', name: 'claude' },
  { variable: 'CLAUDE_CODE_SESSION_ID', name: 'claude' },
  { variable: 'CODEX_SANDBOX', name: 'codex' },
  { variable: 'CODEX_SANDBOX_NETWORK_DISABLED', name: 'codex' },
  { variable: 'CODEX_CI', name: 'codex' },
  { variable: 'CODEX_THREAD_ID', name: 'codex' },
  { variable: 'CURSOR_AGENT', name: 'cursor' },
  { variable: 'GEMINI_CLI', name: 'gemini' },
  { variable: 'COPILOT_AGENT', name: 'copilot' },
  { variable: 'COPILOT_CLI', name: 'copilot' },
  { variable: 'OPENCODE', name: 'opencode' },
  { variable: 'OPENCODE_CLIENT', name: 'opencode' },
  { variable: 'AMP_CURRENT_THREAD_ID', name: 'amp' },
  { variable: 'GOOSE_TERMINAL', name: 'goose' },
  { variable: 'CLINE_ACTIVE', name: 'cline' },
  { variable: 'ROO_ACTIVE', name: 'roo' },
  { variable: 'AUGMENT_AGENT', name: 'augment' },
  { variable: 'ANTIGRAVITY_AGENT', name: 'antigravity' },
  { variable: 'QWEN_CODE', name: 'qwen' },
  { variable: 'CRUSH', name: 'crush' },
  { variable: 'PI_CODING_AGENT', name: 'pi' },
  { variable: 'JUNIE_DATA', name: 'junie' },
  { variable: 'JUNIE_SHIM_PATH', name: 'junie' },
  { variable: 'TRAE_AI_SHELL_ID', name: 'trae' },
  { variable: 'KIRO_AGENT_PATH', name: 'kiro' },
  { variable: 'OPENCLAW_SHELL', name: 'openclaw' },
  { variable: 'WINDSURF_AGENT', name: 'windsurf' },
  { variable: 'DEVIN_AGENT', name: 'devin' },
  // A workspace there is mostly worked by its agent, and a person's shell looks the same: taken for the less trusted.
  { variable: 'REPL_ID', name: 'replit' },
  // github.com/agentsmd/agents.md/issues/136.
  {
    variable: 'AGENT',
    name: null,
    only: ['amp', 'goose', 'claude', 'claude-code', 'codex', 'cursor', 'gemini', 'opencode', 'crush', 'pi', 'cline', 'devin'],
  },
  { variable: 'AI_AGENT', name: null },
];

/** What CI services put into the environment of a job. */
export const CI_MARKERS: readonly Marker[] = [
  { variable: 'GITHUB_ACTIONS', name: 'github', not: ['false', '0'] },
  { variable: 'GITLAB_CI', name: 'gitlab', not: ['false', '0'] },
  { variable: 'CIRCLECI', name: 'circleci', not: ['false', '0'] },
  { variable: 'BUILDKITE', name: 'buildkite', not: ['false', '0'] },
  { variable: 'JENKINS_URL', name: 'jenkins' },
  { variable: 'TEAMCITY_VERSION', name: 'teamcity' },
  { variable: 'TF_BUILD', name: 'azure', not: ['false', '0'] },
  { variable: 'BITBUCKET_BUILD_NUMBER', name: 'bitbucket' },
  { variable: 'DRONE', name: 'drone', not: ['false', '0'] },
  { variable: 'TRAVIS', name: 'travis', not: ['false', '0'] },
  { variable: 'CODEBUILD_BUILD_ID', name: 'codebuild' },
  { variable: 'CI', name: 'unknown', not: ['false', '0'] },
  { variable: 'CONTINUOUS_INTEGRATION', name: 'unknown', not: ['false', '0'] },
];
