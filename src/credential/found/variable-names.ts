/**
 * What variables of these names hold, where the value does not say so itself. `service` as in value-shapes.ts. A row fits the name as a whole, or
 * with further words before or after it: `ACME_GITHUB_TOKEN`, `STRIPE_API_KEY_LIVE`.
 */
export const KNOWN_NAMES: readonly { readonly name: string; readonly what: string; readonly service: string | null }[] = [
  { name: 'GITHUB_TOKEN', what: 'GitHub token', service: 'github' },
  { name: 'GH_TOKEN', what: 'GitHub token', service: 'github' },
  { name: 'GITHUB_PAT', what: 'GitHub token', service: 'github' },
  { name: 'GITHUB_PERSONAL_ACCESS_TOKEN', what: 'GitHub token', service: 'github' },
  { name: 'GITLAB_TOKEN', what: 'GitLab token', service: 'gitlab' },
  { name: 'STRIPE_SECRET_KEY', what: 'Stripe secret key', service: 'stripe' },
  { name: 'STRIPE_API_KEY', what: 'Stripe secret key', service: 'stripe' },
  { name: 'STRIPE_WEBHOOK_SECRET', what: 'webhook signing secret', service: null },
  { name: 'SLACK_BOT_TOKEN', what: 'Slack token', service: 'slack' },
  { name: 'SLACK_TOKEN', what: 'Slack token', service: 'slack' },
  { name: 'SLACK_SIGNING_SECRET', what: 'webhook signing secret', service: null },
  { name: 'OPENAI_API_KEY', what: 'OpenAI API key', service: 'openai' },
  { name: 'ANTHROPIC_API_KEY', what: 'Anthropic API key', service: 'anthropic' },
  { name: 'ANTHROPIC_AUTH_TOKEN', what: 'Anthropic token', service: 'anthropic' },
  { name: 'GEMINI_API_KEY', what: 'Google API key', service: 'google' },
  { name: 'GOOGLE_API_KEY', what: 'Google API key', service: 'google' },
  { name: 'AWS_ACCESS_KEY_ID', what: 'AWS access key id', service: 'aws' },
  { name: 'AWS_SECRET_ACCESS_KEY', what: 'AWS secret access key', service: 'aws' },
  { name: 'AWS_SESSION_TOKEN', what: 'AWS session token', service: 'aws' },
  { name: 'AZURE_CLIENT_SECRET', what: 'Azure client secret', service: 'azure' },
  { name: 'CLOUDFLARE_API_TOKEN', what: 'Cloudflare token', service: 'cloudflare' },
  { name: 'CF_API_TOKEN', what: 'Cloudflare token', service: 'cloudflare' },
  { name: 'VERCEL_TOKEN', what: 'Vercel token', service: 'vercel' },
  { name: 'NETLIFY_AUTH_TOKEN', what: 'Netlify token', service: 'netlify' },
  { name: 'NPM_TOKEN', what: 'npm token', service: 'npm' },
  { name: 'NODE_AUTH_TOKEN', what: 'npm token', service: 'npm' },
  { name: 'SENDGRID_API_KEY', what: 'SendGrid key', service: 'sendgrid' },
  { name: 'MAILGUN_API_KEY', what: 'Mailgun key', service: 'mailgun' },
  { name: 'POSTMARK_SERVER_TOKEN', what: 'Postmark token', service: 'postmark' },
  { name: 'RESEND_API_KEY', what: 'Resend key', service: 'resend' },
  { name: 'TWILIO_AUTH_TOKEN', what: 'Twilio token', service: 'twilio' },
  { name: 'SHOPIFY_ACCESS_TOKEN', what: 'Shopify token', service: 'shopify' },
  { name: 'NOTION_TOKEN', what: 'Notion token', service: 'notion' },
  { name: 'NOTION_API_KEY', what: 'Notion token', service: 'notion' },
  { name: 'LINEAR_API_KEY', what: 'Linear key', service: 'linear' },
  { name: 'AIRTABLE_API_KEY', what: 'Airtable token', service: 'airtable' },
  { name: 'JIRA_API_TOKEN', what: 'Atlassian token', service: 'atlassian' },
  { name: 'SENTRY_AUTH_TOKEN', what: 'Sentry token', service: 'sentry' },
  { name: 'DATADOG_API_KEY', what: 'Datadog key', service: 'datadog' },
  { name: 'DD_API_KEY', what: 'Datadog key', service: 'datadog' },
  { name: 'SUPABASE_SERVICE_ROLE_KEY', what: 'Supabase secret key', service: 'supabase' },
  { name: 'DOPPLER_TOKEN', what: 'Doppler token', service: 'doppler' },
  { name: 'VAULT_TOKEN', what: 'Vault token', service: null },
  { name: 'OP_SERVICE_ACCOUNT_TOKEN', what: '1Password service account token', service: null },
  { name: 'HF_TOKEN', what: 'Hugging Face token', service: 'huggingface' },
  { name: 'TELEGRAM_BOT_TOKEN', what: 'Telegram bot token', service: 'telegram' },
  { name: 'DISCORD_TOKEN', what: 'Discord token', service: 'discord' },
  { name: 'DATABASE_URL', what: 'connection string', service: null },
  { name: 'PGPASSWORD', what: 'database password', service: null },
  { name: 'MYSQL_PWD', what: 'database password', service: null },
];

/** Build tools put variables with these beginnings into pages that anybody can read. */
export const PUBLIC_NAMES = /^(?:NEXT_PUBLIC|NUXT_PUBLIC|PUBLIC|VITE|REACT_APP|EXPO_PUBLIC|GATSBY|VUE_APP|PARCEL_PUBLIC|STORYBOOK)_/;

/** Words of a name that say that its value is secret. */
export const SECRET_WORDS =
  /(?:^|_)(?:KEYS?|APIKEY|TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PASS|PWD|PW|CREDENTIALS?|CREDS|AUTH|AUTHORIZATION|PAT|DSN|PRIVATE|WEBHOOK|COOKIE|SESSION|BEARER|JWT|CONNECTION_STRING)(?:_|$)|(?:TOKEN|SECRET|PASSWORD|APIKEY)$/;

/** Endings of a name that say what a key is for or where it lies, and not what it is. */
export const OPEN_ENDINGS =
  /(?:PUBLIC_?KEY|PUBLISHABLE_KEY|ANON_KEY|_(?:NAME|ID|IDS|PATH|FILE|DIR|TTL|TTL_MS|EXPIRY|EXPIRES|EXPIRES_IN|EXPIRATION|LENGTH|SIZE|COUNT|LIMIT|TYPE|ALG|ALGORITHM|ISSUER|AUDIENCE|HEADER|PREFIX|ENABLED|DISABLED|TIMEOUT|INTERVAL|HOST|PORT|REGION|USER|USERNAME|EMAIL|DOMAIN|VERSION|ENV|MODE|METHOD|PROVIDER|STRATEGY|ENDPOINT|URL|URI|ROTATION|ENV_VAR|VAR|VARIABLE))$/;
