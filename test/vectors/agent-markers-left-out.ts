/** What the lists of agents' markers have and we leave out, with the reason. A variable counts as theirs where it alone, or with others, marks an agent. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  CURSOR_TRACE_ID: 'Cursor sets it in the terminal that a person types into as well',
  PAGER: 'a preference of people; it counts there only beside a terminal that people type into',
  GIT_PAGER: 'the same; VS Code names its agent in AI_AGENT',
  TERM_PROGRAM: 'the terminal’s own name, whoever types',
  PATH: 'holds the folder of an installed agent, not that it runs',
  EDITOR: 'a preference of people',
  SHELL: 'the shell’s own name, whoever types',
  HOME: 'a folder’s name; USER tells Jules',
  npm_config_yes: 'a flag of npm',
  GOOSE_PROVIDER: 'what a person sets to configure Goose',
  AIDER_API_KEY: 'what a person sets to configure Aider',
  COPILOT_MODEL: 'what a person sets to configure Copilot',
  COPILOT_ALLOW_ALL: 'what a person sets to configure Copilot',
  COPILOT_GITHUB_TOKEN: 'what a person sets to configure Copilot',
  CODEIUM_EDITOR_APP_ROOT: 'Windsurf sets it in the terminal that a person types into as well',
  REPLIT_MODE: 'says more of a REPL_ID, which is enough',
};
