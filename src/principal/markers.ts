import { SESSION_VARIABLE } from '../model/session.js';

/**
 * A variable that tells who runs a shell. `name`: what the principal is called; null: the variable's own value says it.
 * `not`: values that mean the opposite. `only`: the values that count, where the variable has other uses. `source`: where it is
 * written that this tool sets it.
 */
export type Marker = {
  readonly variable: string;
  readonly name: string | null;
  readonly not?: readonly string[];
  readonly only?: readonly string[];
  readonly source: string;
};

const OWN = 'the tool’s own documents or source';
const STD_ENV = 'unjs/std-env';
const DETECT_AGENT = '@vercel/detect-agent';
const VIBING = 'ascorbic/am-i-vibing';
const AGENT_VARIABLE = 'agentsmd/agents.md issue 136';

/**
 * What coding agents put into the environment of the commands that they run, from their documents and sources and from three lists that
 * others keep; a test holds this table against those lists, and fails when one of them knows a marker that is neither here nor
 * left out there for a stated reason. The first that is set decides. Agents that set nothing, such as Aider, are started with AI_AGENT=aider.
 */
export const AGENT_MARKERS: readonly Marker[] = [
  { variable: 'CLAUDECODE', name: 'claude', source: 'Claude Code, environment variables' },
  { variable: 'CLAUDE_CODE', name: 'claude', source: STD_ENV },
  { variable: 'CLAUDE_CODE_ENTRYPOINT', name: 'claude', source: 'Claude Code, environment variables' },
  { variable: 'CLAUDE_CODE_SESSION_ID', name: 'claude', source: 'Claude Code, environment variables' },
  { variable: 'CLAUDE_CODE_IS_COWORK', name: 'claude', source: DETECT_AGENT },
  { variable: 'CODEX_SANDBOX', name: 'codex', source: 'openai/codex, AGENTS.md' },
  { variable: 'CODEX_SANDBOX_NETWORK_DISABLED', name: 'codex', source: 'openai/codex, AGENTS.md' },
  { variable: 'CODEX_CI', name: 'codex', source: DETECT_AGENT },
  { variable: 'CODEX_THREAD_ID', name: 'codex', source: STD_ENV },
  { variable: 'CURSOR_AGENT', name: 'cursor', source: OWN },
  { variable: 'CURSOR_EXTENSION_HOST_ROLE', name: 'cursor', only: ['agent-exec'], source: DETECT_AGENT },
  { variable: 'GEMINI_CLI', name: 'gemini', source: 'google-gemini/gemini-cli, docs/tools/shell.md' },
  // VS Code's and GitHub's agents name themselves here.
  {
    variable: 'AI_AGENT',
    name: 'copilot',
    only: ['github_copilot_vscode_agent', 'github_copilot_cloud_agent', 'github-copilot', 'github-copilot-cli'],
    source: STD_ENV,
  },
  { variable: 'COPILOT_AGENT', name: 'copilot', source: STD_ENV },
  { variable: 'COPILOT_CLI', name: 'copilot', source: STD_ENV },
  { variable: 'COPILOT_AGENT_PROMPT', name: 'copilot', source: 'GitHub Docs, Copilot hooks reference' },
  { variable: 'OPENCODE', name: 'opencode', source: STD_ENV },
  { variable: 'OPENCODE_CLIENT', name: 'opencode', source: DETECT_AGENT },
  { variable: 'OPENCODE_BIN_PATH', name: 'opencode', source: VIBING },
  { variable: 'OPENCODE_SERVER', name: 'opencode', source: VIBING },
  { variable: 'OPENCODE_APP_INFO', name: 'opencode', source: VIBING },
  { variable: 'OPENCODE_MODES', name: 'opencode', source: VIBING },
  { variable: 'AMP_CURRENT_THREAD_ID', name: 'amp', source: VIBING },
  { variable: 'GOOSE_TERMINAL', name: 'goose', source: OWN },
  { variable: 'CLINE_ACTIVE', name: 'cline', source: OWN },
  { variable: 'ROO_ACTIVE', name: 'roo', source: OWN },
  { variable: 'AUGMENT_AGENT', name: 'augment', source: STD_ENV },
  { variable: 'ANTIGRAVITY_AGENT', name: 'antigravity', source: DETECT_AGENT },
  { variable: 'ANTIGRAVITY_PROJECT_ID', name: 'antigravity', source: VIBING },
  { variable: 'QWEN_CODE', name: 'qwen', source: VIBING },
  { variable: 'CRUSH', name: 'crush', source: VIBING },
  { variable: 'PI_CODING_AGENT', name: 'pi', source: VIBING },
  { variable: 'JUNIE_DATA', name: 'junie', source: STD_ENV },
  { variable: 'JUNIE_SHIM_PATH', name: 'junie', source: STD_ENV },
  { variable: 'TRAE_AI_SHELL_ID', name: 'trae', source: OWN },
  { variable: 'KIRO_AGENT_PATH', name: 'kiro', source: OWN },
  { variable: 'OPENCLAW_SHELL', name: 'openclaw', source: OWN },
  { variable: 'WINDSURF_AGENT', name: 'windsurf', source: OWN },
  { variable: 'DEVIN_AGENT', name: 'devin', source: OWN },
  { variable: 'USER', name: 'jules', only: ['swebot'], source: VIBING },
  // A workspace there is mostly worked by its agent, and a person's shell looks the same: taken for the less trusted.
  { variable: 'REPL_ID', name: 'replit', source: STD_ENV },
  {
    variable: 'AGENT',
    name: null,
    only: ['amp', 'goose', 'claude', 'claude-code', 'codex', 'cursor', 'gemini', 'opencode', 'crush', 'pi', 'cline', 'devin'],
    source: AGENT_VARIABLE,
  },
  { variable: 'AI_AGENT', name: null, source: DETECT_AGENT },
  // Whatever runs in a session of outloop's own is an agent; this says no name, so it comes last.
  { variable: SESSION_VARIABLE, name: 'unknown', source: 'docs/callers/session.md' },
];

/** What CI services put into the environment of a job. */
export const CI_MARKERS: readonly Marker[] = [
  { variable: 'GITHUB_ACTIONS', name: 'github', not: ['false', '0'], source: 'GitHub Docs, variables reference' },
  { variable: 'GITLAB_CI', name: 'gitlab', not: ['false', '0'], source: 'GitLab Docs, predefined variables' },
  { variable: 'CIRCLECI', name: 'circleci', not: ['false', '0'], source: 'CircleCI Docs, built-in variables' },
  { variable: 'BUILDKITE', name: 'buildkite', not: ['false', '0'], source: 'Buildkite Docs, environment variables' },
  { variable: 'JENKINS_URL', name: 'jenkins', source: 'Jenkins, environment variables' },
  { variable: 'TEAMCITY_VERSION', name: 'teamcity', source: 'TeamCity, predefined parameters' },
  { variable: 'TF_BUILD', name: 'azure', not: ['false', '0'], source: 'Azure Pipelines, predefined variables' },
  { variable: 'BITBUCKET_BUILD_NUMBER', name: 'bitbucket', source: 'Bitbucket, default variables' },
  { variable: 'DRONE', name: 'drone', not: ['false', '0'], source: 'Drone Docs, environment' },
  { variable: 'TRAVIS', name: 'travis', not: ['false', '0'], source: 'Travis CI, default variables' },
  { variable: 'CODEBUILD_BUILD_ID', name: 'codebuild', source: 'AWS CodeBuild, environment variables' },
  { variable: 'CI', name: 'unknown', not: ['false', '0'], source: 'common to CI services' },
  { variable: 'CONTINUOUS_INTEGRATION', name: 'unknown', not: ['false', '0'], source: 'common to CI services' },
];
