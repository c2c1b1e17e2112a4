import { expect, test } from 'vitest';
import { publicPrefixOf } from '../../src/redact/public-prefixes.js';

/** The public beginning of a key of each kind, with what its makers let it vary in. */
const BEGINNINGS = [
  ...['sk_live_', 'pk_live_', 'rk_test_', 'whsec_'],
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'glptt-', 'glagent-', 'glcbt-'],
  ...['xoxb-', 'xoxp-12345-67890-', 'xapp-1-A0B1C2-345-'],
  ...['AKIA', 'ASIA', 'AROA', 'AIza', 'ya29.', 'GOCSPX-'],
  ...['sk-', 'sk-proj-', 'sk-ant-api03-', 'sk-or-v1-'],
  ...['SG.', 'key-', 'npm_', 'pypi-', 'dop_v1_', 'dp.pt.', 'dp.audit.', 'hvs.', 'hvb.', 'hf_'],
  ...['shpat_', 'shpss_', 'sq0atp-', 'EAAA', 'EAA', 'lin_api_', 'secret_', 'ntn_', 'pat-', 'patX-', 'ops_', 'sbp_'],
  ...['eyJhbGciOiJIUzI1NiJ9.', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.', 'Bearer ', 'Basic ', 'Token ', 'token '],
  ...['https://example.com', 'postgres://user', 'S3://bucket'],
];

test.each(BEGINNINGS)('%s is public, and what follows it is not', (beginning) => {
  const rest = beginning.includes('://') ? '/Qx7ZpLw9' : 'Qx7ZpLw9';
  expect(publicPrefixOf(`${beginning}${rest}`)).toBe(beginning);
});

test.each(['', 'q7Zp', 'live_sk_', 'gh_p_', ' sk_live_', '://x', 'xoxz-1'])('nothing is public of %j', (text) => {
  expect(publicPrefixOf(text)).toBe('');
});
