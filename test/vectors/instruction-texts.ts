/**
 * A text of an instruction file, and what is found in it: `line:column kind name`, then ` -> ` and the aliases to use instead. The client is
 * acme, with github.issues.list, github.issues.create, hub.issues.list (the command gh) and billing.invoices.list; github.repos.delete is
 * permitted to another client only, github.repos.get to nobody.
 */
export const FOUND: readonly (readonly [what: string, text: string, found: readonly string[]])[] = [
  [
    'a variable of a known service in a sentence',
    'Use the GITHUB_TOKEN from the shell.',
    ['1:9 key-variable GITHUB_TOKEN -> github.issues.create, github.issues.list, hub.issues.list'],
  ],
  ['the variable that a command takes', 'It needs GH_TOKEN.', ['1:10 key-variable GH_TOKEN -> hub.issues.list']],
  [
    'a variable of a service with two words',
    'Pass BILLING_SECRET_KEY along.',
    ['1:6 key-variable BILLING_SECRET_KEY -> billing.invoices.list'],
  ],
  ['an unknown variable as code', 'Read `ACME_CRM_API_KEY` first.', ['1:7 key-variable ACME_CRM_API_KEY']],
  ['an unknown variable that is expanded', 'Send $ACME_CRM_TOKEN with it.', ['1:7 key-variable ACME_CRM_TOKEN']],
  ['an export', '```sh\nexport X_API_KEY=abc\n```', ['2:8 key-variable X_API_KEY']],
  ['an assignment in front of a command', '```\nX_API_KEY=1 make deploy\n```', ['2:1 key-variable X_API_KEY']],
  ['the environment of a program', '```js\nconst key = process.env.X_TOKEN;\n```', ['2:25 key-variable X_TOKEN']],
  ['the environment of a Python program', '```py\nkey = os.environ["X_TOKEN"]\n```', ['2:19 key-variable X_TOKEN']],
  ['cat .env', 'Run `cat .env` to see the settings.', ['1:10 env-file .env']],
  ['source .env', '```\nsource ./.env.local && make\n```', ['2:10 env-file .env.local']],
  ['an .env file in a sentence', 'The keys are in config/.env.', ['1:24 env-file .env']],
  ['a flag that names one', '    docker run --env-file .env app', ['1:27 env-file .env']],
  ['a loader', '```py\nload_dotenv()\n```', ['2:1 env-file load_dotenv']],
  ['printing the environment', 'Check with `printenv`.', ['1:13 environment printenv']],
  ['env alone, and through a pipe', '```\nenv\nenv | grep KEY\n```', ['2:1 environment env', '3:1 environment env']],
  ['an Authorization header', 'Send `Authorization: Bearer <token>`.', ['1:7 authorization-header Authorization']],
  ['a header of another name', 'Set X-Api-Key: to the key.', ['1:5 authorization-header X-Api-Key']],
  ['a header in a program', "```js\nheaders: { 'Authorization': `Bearer ${key}` }\n```", ['2:13 authorization-header Authorization']],
  ['a user for curl', '```\ncurl -s -u me:pw https://x.example.com\n```', ['2:9 authorization-header curl -u']],
  [
    'a call that an alias makes',
    '```\ncurl https://api.github.com/repos/acme/site/issues\n```',
    ['2:6 direct-call api.github.com -> github.issues.list'],
  ],
  [
    'a call that another alias makes',
    '```\ncurl -X POST https://api.github.com/repos/acme/site/issues\n```',
    ['2:14 direct-call api.github.com -> github.issues.create'],
  ],
  [
    'a call with data',
    '```\ncurl https://api.github.com/repos/$OWNER/$REPO/issues -d @body.json\n```',
    ['2:6 direct-call api.github.com -> github.issues.create'],
  ],
  [
    'a call that no alias makes, of a service that has some',
    'Then curl https://api.github.com/user.',
    ['1:11 direct-call api.github.com -> github.issues.create, github.issues.list, hub.issues.list'],
  ],
  [
    'a call of a program',
    "```js\nawait fetch('https://billing.example.com/v1/invoices');\n```",
    ['2:14 direct-call billing.example.com -> billing.invoices.list'],
  ],
  [
    'a call over several lines, with its key',
    '```sh\ncurl \\\n  -H "Authorization: Bearer $GITHUB_TOKEN" \\\n  https://api.github.com/repos/acme/site/issues\n```',
    [
      '3:7 authorization-header Authorization -> github.issues.list',
      '3:30 key-variable GITHUB_TOKEN -> github.issues.list',
      '4:3 direct-call api.github.com -> github.issues.list',
    ],
  ],
  ['a key before a tool', '```\nGH_TOKEN=x gh issue list\n```', ['2:1 key-variable GH_TOKEN -> hub.issues.list']],
  ['a key in the text', 'The token is ghp_16C7e42F292c6912E7710c838347Ae178B4a.', ['1:14 literal-key GitHub token']],
  ['a key that is forbidden all the same', 'Never use sk_live_4eC39HqLyjWDarjtT1zdp7dc.', ['1:11 literal-key Stripe key']],
  [
    'another client’s alias',
    'Run `outloop run globex/github.issues.list repo=x`.',
    ['1:18 other-client globex/github.issues.list -> github.issues.list'],
  ],
  ['another client that is asserted', '`outloop run --tenant globex github.issues.list`', ['1:23 other-client globex']],
  ['another client in a variable', '`OUTLOOP_TENANT=globex outloop run github.issues.list`', ['1:17 other-client globex']],
  ['an alias that another client may run', '`outloop run github.repos.delete`', ['1:14 other-client github.repos.delete']],
  ['an alias that nobody may run', '`outloop run github.repos.get`', ['1:14 alias-not-allowed github.repos.get -> github.issues.list']],
  ['an alias that does not exist', '`outloop run github.issue.list`', ['1:14 alias-unknown github.issue.list -> github.issues.list']],
  ['a sentence that forbids one thing and then asks for another', 'Never guess; cat .env instead.', ['1:18 env-file .env']],
  ['a sentence that forbids one thing, and after a comma asks for another', 'Do not stop, read .env.', ['1:19 env-file .env']],
  ['a forbidding line before a code block', 'Never do this:\n\n```\ncat .env\n```', ['4:5 env-file .env']],
  ['carriage returns', 'a\r\nUse .env\r\n', ['2:5 env-file .env']],
  ['a line that is too long', `${'a'.repeat(10_001)} .env`, ['1:1 not-checked a line that is too long']],
];

/** Texts in which nothing is found. */
export const CLEAN: readonly (readonly [what: string, text: string])[] = [
  ['what an agent should do', 'Run `outloop aliases --json`, then `outloop run github.issues.list repo=site`.'],
  ['an alias of one’s own client, qualified', '`outloop run acme/github.issues.list --tenant acme`'],
  ['a placeholder', '`outloop run ALIAS name=value`, `outloop run <alias>`'],
  ['a list of what is forbidden', 'Never read `.env` files, GITHUB_TOKEN or the environment, and never curl https://api.github.com.'],
  ['other words that forbid', "Don't use GITHUB_TOKEN.\n\nDo not cat .env.\n\nWork without GITHUB_TOKEN, with no `.env`."],
  ['a sentence that goes on from the line above', 'Whatever happens, do not\nread .env.'],
  ['templates of .env files', 'Copy .env.example, .env.sample and .env.template.'],
  ['the environment of a program without a key', '`process.env.HOME`, `import.meta.env.MODE`, `env.X`'],
  ['env with a command', '```\nenv FOO=1 make\n/usr/bin/env node\n```'],
  ['the word env', 'Set up the env and the test environment.'],
  ['tokens that are no keys', 'A page ends with NEXT_PAGE_TOKEN; see MAX_TOKENS.'],
  ['a host without a call', 'The documentation is at https://docs.github.com, and https://api.github.com is the base.'],
  ['a call of a host that no service covers', '```\ncurl https://example.org/x\n```'],
  ['outloop’s own variables', '`OUTLOOP_STATE_KEY`'],
  ['placeholders of keys', 'Like ghp_xxxxxxxxxxxxxxxxxxxxxxxx or sk-...'],
];
