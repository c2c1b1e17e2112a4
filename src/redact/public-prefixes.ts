/**
 * How keys of well-known kinds begin, by their makers' own documentation. It is public, so text that shares it is not a key's. A JWT's header
 * and claims (RFC 7519 §3) count as its beginning: without the signature they open nothing. Each is kept, compiled, in the snapshot that a
 * run starts from.
 */
const PUBLIC_PREFIXES: readonly RegExp[] = [
  /^(?:sk|pk|rk)_(?:live|test)_/, // Stripe
  /^whsec_/,
  /^(?:ghp|gho|ghu|ghs|ghr)_/, // GitHub
  /^github_pat_/,
  /^gl(?:pat|dt|rt|ft|ptt|agent|oas|imt|cbt|soat)-/, // GitLab
  /^xox[abeoprs]-(?:[0-9]+-)*/, // Slack
  /^xapp-[0-9]-[A-Z0-9]+-[0-9]+-/,
  /^(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)/, // AWS
  /^AIza/, // Google
  /^ya29\./,
  /^GOCSPX-/,
  /^sk-(?:proj-|svcacct-|admin-|ant-(?:api|admin|oat)?[0-9]{0,2}-?|or-v1-)?/, // OpenAI, Anthropic, OpenRouter
  /^SG\./, // SendGrid
  /^key-/,
  /^npm_/,
  /^pypi-/,
  /^dop_v1_/, // DigitalOcean
  /^dp\.(?:pt|st|ct|sa|scim|audit)\./, // Doppler
  /^hv[sbr]\./, // Vault
  /^hf_/,
  /^shp(?:at|ca|pa|ss)_/, // Shopify
  /^sq0(?:atp|csp|idp)-/, // Square
  /^EAAA?/,
  /^lin_api_/,
  /^secret_/,
  /^ntn_/,
  /^pat[A-Za-z0-9]?-/,
  /^ops_/, // 1Password service accounts
  /^sbp_/,
  /^eyJ[A-Za-z0-9_-]*\.(?:eyJ[A-Za-z0-9_-]*\.)?/, // a JWT's header and claims, which anybody can read
  /^(?:Bearer|Basic|Token|token) /,
  /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]*/, // a URL's scheme and host
];

/** The longest beginning of `text` that is public; empty where there is none. */
export function publicPrefixOf(text: string): string {
  let longest = '';
  for (const pattern of PUBLIC_PREFIXES) {
    const found = pattern.exec(text)?.[0] ?? '';
    if (found.length > longest.length) longest = found;
  }
  return longest;
}
