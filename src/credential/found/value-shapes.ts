/** What a value of this shape is. `service`: outloop's name for what takes it, whether or not it was added; null: none that outloop knows. */
export type ValueShape = {
  readonly shape: RegExp;
  readonly what: string;
  readonly kind: 'secret' | 'open';
  readonly service: string | null;
};

const secret = (shape: RegExp, what: string, service: string | null = null): ValueShape => ({ shape, what, kind: 'secret', service });
const open = (shape: RegExp, what: string, service: string | null = null): ValueShape => ({ shape, what, kind: 'open', service });

/**
 * Values that tell what they are, as their issuers document them (each one's "token formats" or "authentication" page). The first row that
 * fits the whole value decides. `open` are values that are made to be public.
 */
export const VALUE_SHAPES: readonly ValueShape[] = [
  secret(/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/, 'private key'),
  secret(/^(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})$/, 'GitHub token', 'github'),
  secret(/^gl(?:pat|dt|ptt|rt|cbt|ft|soat|oas|imt|agent)-[A-Za-z0-9_.-]{16,}$/, 'GitLab token', 'gitlab'),
  secret(/^(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{10,}$/, 'Stripe secret key', 'stripe'),
  open(/^pk_(?:live|test)_[A-Za-z0-9]{10,}$/, 'Stripe publishable key', 'stripe'),
  secret(/^whsec_[A-Za-z0-9+/=]{16,}$/, 'webhook signing secret'),
  secret(/^xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}$/, 'Slack token', 'slack'),
  secret(/^xapp-\d-[A-Za-z0-9-]{10,}$/, 'Slack app token', 'slack'),
  secret(/^https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\//, 'Slack webhook', null),
  secret(/^https:\/\/(?:canary\.|ptb\.)?discord(?:app)?\.com\/api\/webhooks\//, 'Discord webhook'),
  secret(/^(?:AKIA|ASIA)[A-Z2-7]{16}$/, 'AWS access key id', 'aws'),
  secret(/^sk-ant-[A-Za-z0-9_-]{16,}$/, 'Anthropic API key', 'anthropic'),
  secret(/^sk-(?:proj-|svcacct-|admin-|None-)?[A-Za-z0-9_-]{20,}$/, 'OpenAI API key', 'openai'),
  secret(/^AIza[0-9A-Za-z_-]{35}$/, 'Google API key', 'google'),
  secret(/^ya29\.[A-Za-z0-9_.-]{16,}$/, 'Google access token', 'google'),
  secret(/^GOCSPX-[A-Za-z0-9_-]{16,}$/, 'Google OAuth client secret', 'google'),
  secret(/^\{[\s\S]*"private_key"\s*:/, 'service account key'),
  secret(/^npm_[A-Za-z0-9]{30,}$/, 'npm token', 'npm'),
  secret(/^pypi-[A-Za-z0-9_-]{16,}$/, 'PyPI token', 'pypi'),
  secret(/^rubygems_[0-9a-f]{40,}$/, 'RubyGems key', 'rubygems'),
  secret(/^SG\.[\w-]{16,}\.[\w-]{16,}$/, 'SendGrid key', 'sendgrid'),
  secret(/^key-[0-9a-f]{32}$/, 'Mailgun key', 'mailgun'),
  secret(/^re_[A-Za-z0-9_]{16,}$/, 'Resend key', 'resend'),
  secret(/^shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}$/, 'Shopify token', 'shopify'),
  secret(/^lin_(?:api|oauth)_[A-Za-z0-9]{16,}$/, 'Linear key', 'linear'),
  secret(/^(?:secret_[A-Za-z0-9]{40,}|ntn_[A-Za-z0-9]{40,})$/, 'Notion token', 'notion'),
  secret(/^pat[A-Za-z0-9]{14}\.[0-9a-f]{64}$/, 'Airtable token', 'airtable'),
  secret(/^figd_[A-Za-z0-9_-]{16,}$/, 'Figma token', 'figma'),
  secret(/^do[opr]_v1_[0-9a-f]{64}$/, 'DigitalOcean token', 'digitalocean'),
  secret(/^hf_[A-Za-z0-9]{20,}$/, 'Hugging Face token', 'huggingface'),
  secret(/^r8_[A-Za-z0-9]{20,}$/, 'Replicate token', 'replicate'),
  secret(/^gsk_[A-Za-z0-9]{20,}$/, 'Groq key', 'groq'),
  secret(/^xai-[A-Za-z0-9]{20,}$/, 'xAI key', 'xai'),
  secret(/^pcsk_[A-Za-z0-9_]{20,}$/, 'Pinecone key', 'pinecone'),
  secret(/^dp\.(?:st|pt|ct|sa|scim|audit)\.[\w.-]{16,}$/, 'Doppler token', 'doppler'),
  secret(/^ops_ey[A-Za-z0-9_-]{20,}$/, '1Password service account token'),
  secret(/^hv[sbr]\.[A-Za-z0-9_-]{16,}$/, 'Vault token'),
  secret(/^sntry[su]_[A-Za-z0-9+/=_-]{16,}$/, 'Sentry token', 'sentry'),
  secret(/^sb_secret_[A-Za-z0-9_-]{16,}$/, 'Supabase secret key', 'supabase'),
  open(/^sb_publishable_[A-Za-z0-9_-]{16,}$/, 'Supabase publishable key', 'supabase'),
  open(/^pk\.ey[A-Za-z0-9_.-]+$/, 'Mapbox public token', 'mapbox'),
  secret(/^sk\.ey[A-Za-z0-9_.-]+$/, 'Mapbox secret token', 'mapbox'),
  secret(/^\d{8,10}:[A-Za-z0-9_-]{35}$/, 'Telegram bot token', 'telegram'),
  secret(/^(?:ATATT|ATCTT)3x[A-Za-z0-9_=-]{16,}$/, 'Atlassian token', 'atlassian'),
  secret(/^eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}$/, 'JSON Web Token'),
  secret(/^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?!\$\{|\$\(|\$\w+@|<|\{\{|%\w+%)[^\s/@]+@/i, 'connection string with a password'),
];
