const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * How keys of well-known kinds begin, by their makers' own documentation. It is public, so text that shares it is not a key's. A JWT's header
 * and claims (RFC 7519 §3) count as its beginning: without the signature they open nothing. Before each stand the characters that it can begin with, since most of
 * them then need not be compiled.
 */
const PUBLIC_PREFIXES: readonly (readonly [first: string, pattern: RegExp])[] = [
  ['spr', /^(?:sk|pk|rk)_(?:live|test)_/], // Stripe
  ['w', /^whsec_/],
  ['g', /^(?:ghp|gho|ghu|ghs|ghr)_/], // GitHub
  ['g', /^github_pat_/],
  ['g', /^gl(?:pat|dt|rt|ft|ptt|agent|oas|imt|cbt|soat)-/], // GitLab
  ['x', /^xox[abeoprs]-(?:[0-9]+-)*/], // Slack
  ['x', /^xapp-[0-9]-[A-Z0-9]+-[0-9]+-/],
  ['A', /^(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)/], // AWS
  ['A', /^AIza/], // Google
  ['y', /^ya29\./],
  ['G', /^GOCSPX-/],
  ['s', /^sk-(?:proj-|svcacct-|admin-|ant-(?:api|admin|oat)?[0-9]{0,2}-?|or-v1-)?/], // OpenAI, Anthropic, OpenRouter
  ['S', /^SG\./], // SendGrid
  ['k', /^key-/],
  ['n', /^npm_/],
  ['p', /^pypi-/],
  ['d', /^dop_v1_/], // DigitalOcean
  ['d', /^dp\.(?:pt|st|ct|sa|scim|audit)\./], // Doppler
  ['h', /^hv[sbr]\./], // Vault
  ['h', /^hf_/],
  ['s', /^shp(?:at|ca|pa|ss)_/], // Shopify
  ['s', /^sq0(?:atp|csp|idp)-/], // Square
  ['E', /^EAAA?/],
  ['l', /^lin_api_/],
  ['s', /^secret_/],
  ['n', /^ntn_/],
  ['p', /^pat[A-Za-z0-9]?-/],
  ['o', /^ops_/], // 1Password service accounts
  ['s', /^sbp_/],
  ['e', /^eyJ[A-Za-z0-9_-]*\.(?:eyJ[A-Za-z0-9_-]*\.)?/], // a JWT's header and claims, which anybody can read
  ['BTt', /^(?:Bearer|Basic|Token|token) /],
  [LETTERS, /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]*/], // a URL's scheme and host
];

/** The longest beginning of `text` that is public; empty where there is none. */
export function publicPrefixOf(text: string): string {
  let longest = '';
  for (const [first, pattern] of PUBLIC_PREFIXES) {
    if (!first.includes(text.charAt(0))) continue;
    const found = pattern.exec(text)?.[0] ?? '';
    if (found.length > longest.length) longest = found;
  }
  return longest;
}
