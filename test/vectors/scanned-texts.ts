import { APP_KEY } from './scheme-exchanged.js';

const GITHUB = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
const PLAIN = 'abcdef0123456789abcdef';

/** Texts with the keys in them, as `line:column what (name)`. Every key here was made up. */
export const SCANNED: readonly { readonly path: string; readonly text: string; readonly found: readonly string[] }[] = [
  { path: '.env', text: `A=1\nGITHUB_TOKEN=${GITHUB}\n`, found: ['2:14 GitHub token (GITHUB_TOKEN)'] },
  { path: '.env', text: `export DB_PASSWORD='correct-horse-battery'\n`, found: ['1:21 password (DB_PASSWORD)'] },
  { path: '.env', text: 'A=${TOKEN}\nTOKEN=your-token-here\nPORT=3000\nDEBUG=true\nAPI_KEY=\n', found: [] },
  {
    path: '.env',
    text: 'DATABASE_URL=postgres://app:pa55w0rd-x@db.example.com/app\n',
    found: ['1:14 connection string with a password (DATABASE_URL)'],
  },
  { path: '.env', text: 'DATABASE_URL=postgres://app:${DB_PASSWORD}@db.example.com/app\n', found: [] },
  {
    path: '.mcp.json',
    text: `{\n  "mcpServers": {\n    "hub": { "command": "npx", "env": { "GITHUB_PERSONAL_ACCESS_TOKEN": "${GITHUB}" } }\n  }\n}\n`,
    found: ['3:74 GitHub token (GITHUB_PERSONAL_ACCESS_TOKEN)'],
  },
  {
    path: '.mcp.json',
    text: `{ "mcpServers": { "crm": { "url": "https://crm.test/mcp", "headers": { "Authorization": "Bearer ${PLAIN}" } } } }`,
    found: ['1:97 secret (Authorization)'],
  },
  {
    path: '.mcp.json',
    text: '{ "mcpServers": { "crm": { "headers": { "Authorization": "Bearer ${CRM_TOKEN}" }, "env": { "API_KEY": "${API_KEY:-}" } } } }',
    found: [],
  },
  { path: '.mcp.json', text: `{ "args": ["-y", "crm-mcp", "--api-key", "${PLAIN}"] }`, found: ['1:43 key (api-key)'] },
  {
    path: '.codex/config.toml',
    text: `[mcp_servers.crm]\ncommand = "npx"\nenv = { "CRM_API_KEY" = "${PLAIN}" }\nbearer_token_env_var = "CRM_TOKEN"\n`,
    found: ['3:26 key (CRM_API_KEY)'],
  },
  { path: 'config.yaml', text: `extensions:\n  crm:\n    envs:\n      CRM_SECRET: ${PLAIN}\n`, found: ['4:19 secret (CRM_SECRET)'] },
  { path: '.zsh_history', text: `: 1763862000:0;export CRM_TOKEN=${PLAIN}\n`, found: ['1:33 token (CRM_TOKEN)'] },
  {
    path: '.bash_history',
    text: `ls -la\ncurl -H "Authorization: Bearer ${PLAIN}" https://crm.test/\ngit status\n`,
    found: ['2:32 secret (Authorization)'],
  },
  { path: '.bash_history', text: `crm login --token=${PLAIN} --user ada\n`, found: ['1:19 token (token)'] },
  { path: 'fish_history', text: `- cmd: set -gx CRM_TOKEN ${PLAIN}\n  when: 1763862000\n`, found: ['1:26 token (CRM_TOKEN)'] },
  { path: 'crontab', text: `CRM_TOKEN=${PLAIN}\n0 4 * * * /usr/local/bin/report\n`, found: ['1:11 token (CRM_TOKEN)'] },
  {
    path: 'report.service',
    text: `[Service]\nEnvironment="CRM_TOKEN=${PLAIN}" LANG=C\nExecStart=/usr/bin/report\n`,
    found: ['2:24 token (CRM_TOKEN)'],
  },
  {
    path: 'com.example.report.plist',
    text: `<?xml version="1.0"?>\n<plist version="1.0"><dict>\n<key>EnvironmentVariables</key><dict>\n<key>CRM_TOKEN</key>\n<string>${PLAIN}</string>\n</dict></dict></plist>\n`,
    found: ['5:9 token (CRM_TOKEN)'],
  },
  { path: 'CLAUDE.md', text: `Use the token ${GITHUB} for the API.\n`, found: ['1:15 GitHub token'] },
  { path: 'AGENTS.md', text: 'The port is 3000, and the key: see 1Password.\nPASSWORD: ask Ada\n', found: [] },
  { path: '.env', text: `# a key\n${APP_KEY.privateKey}`, found: ['2:1 private key'] },
];
