/** Patterns by what must be said of them. `plain`: accepted at sight, without the checker. */
export const PLAIN_PATTERNS: readonly string[] = [
  '[A-Za-z0-9-]{1,39}',
  '^[A-Za-z0-9._-]{1,100}$',
  '[\\w.-]+/[\\w.-]+',
  '\\d{4}-\\d{2}-\\d{2}',
  '[0-9a-f]{40}',
  'pi_[A-Za-z0-9]+',
  '[^\\n]+',
  '[^,]*,[^,]*',
  'a?b?c*',
  '.{1,500}',
  '[a-z]+[0-9]*[A-Z]',
  '[\\]\\[^-]{2}',
];

export const SAFE_PATTERNS: readonly string[] = [
  'open|closed',
  '(?:[a-z0-9]+-)*[a-z0-9]+',
  '\\p{L}+',
  '[a-z]+(?:\\.[a-z]+)*',
  '\\w+@\\w+(?:\\.\\w+)+',
];

export const UNSAFE_PATTERNS: readonly string[] = [
  '(a+)+',
  '(a|a)*',
  '(?:a|b|ab)*c',
  '.*=.*=.*',
  '[a-z]*[a-z0-9]*x',
  '\\w+\\d+\\w+',
  '(?:a*)*b',
  '(.*)\\1',
  '^(?:(?:x+x+)+y)$',
];

export const UNREADABLE_PATTERNS: readonly string[] = [
  '(',
  '[',
  '*',
  'a)|(b',
  '\\',
  '\\_',
  '{',
  'a{2,1}',
  '(?<n>a)(?<n>b)',
  ')(',
  '\\k<x>',
];
