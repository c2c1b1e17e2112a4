import { checkSecretBytes } from '../check-secret.js';
import { VALUE_SHAPES } from './value-shapes.js';
import { KNOWN_NAMES, OPEN_ENDINGS, PUBLIC_NAMES, SECRET_WORDS } from './variable-names.js';

/**
 * What a variable holds, from its name and its value, in words that hold nothing of the value. `service` is outloop's name for what takes it, null
 * where nothing tells. `unsure`: it may be a secret, and a person says so or leaves it.
 */
export type Judgement =
  | { readonly kind: 'secret'; readonly what: string; readonly service: string | null }
  | { readonly kind: 'configuration' | 'unsure'; readonly what: string };

/** `${VAR}`, `$VAR`, `$(pass x)`, `%VAR%`, `{{ var }}`, `op://vault/item`: a value that stands elsewhere. */
const REFERENCE =
  /^(?:\$\{[^}]*\}|\$[A-Za-z_]\w*|\$\([^)]*\)|`[^`]*`|%[A-Za-z_]\w*%|\{\{.*\}\}|(?:op|vault|doppler|infisical|keyring|secret|ref\+\w+):\/\/\S+|\$\{\{.*\}\}|\$\{?(?:env|input):[^}]*\}?)$/;
/** What people type where a key belongs. */
const PLACEHOLDER =
  /^(?:<.*>|\[.*\]|x{3,}|\*{3,}|\.{3,}|_{3,}|-{3,}|your[-_ ].*|.*[-_ ](?:here|goes[-_ ]here)|change[-_ ]?me.*|replace[-_ ]?(?:me|with).*|(?:example|dummy|fake|sample|placeholder|todo|none|null)(?:[-_ ].*)?|.*(?:x{6,}|\.{4,}|\*{6,}))$/i;
const PLAIN = [
  { shape: /^[+-]?\d+(?:\.\d+)?(?:ms|s|m|h|d|kb|mb|gb|k|m|g|px|%)?$/i, what: 'a number' },
  { shape: /^(?:true|false|yes|no|on|off|enabled|disabled)$/i, what: 'a switch' },
  { shape: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i, what: 'an identifier' },
  { shape: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, what: 'an e-mail address' },
  { shape: /^[a-z][a-z0-9+.-]*:\/\/[^\s@]*$/i, what: 'an address' },
  { shape: /^(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?$/i, what: 'a host' },
  { shape: /^(?:\d{1,3}\.){3}\d{1,3}(?:[:/]\d+)?$/, what: 'an address' },
  { shape: /^\.{0,2}\/[\w./@ -]*$/, what: 'a path' },
];

/** Judges a variable. `value` is what a program would get: unquoted, and with its escapes undone. */
export function judgeVariable(name: string, value: string): Judgement {
  const text = value.trim();
  if (text === '') return { kind: 'configuration', what: 'empty' };
  if (REFERENCE.test(text)) return { kind: 'configuration', what: 'a reference' };
  if (PLACEHOLDER.test(text)) return { kind: 'configuration', what: 'a placeholder' };
  const upper = spellName(name);
  const shape = VALUE_SHAPES.find((row) => row.shape.test(text));
  if (shape?.kind === 'open') return { kind: 'configuration', what: `${shape.what}, which is public` };
  if (shape !== undefined) return { kind: 'secret', what: shape.what, service: shape.service };
  if (PUBLIC_NAMES.test(upper)) return { kind: 'configuration', what: 'public by its name' };

  const plain = PLAIN.find((row) => row.shape.test(text));
  const known = findKnownName(upper);
  const named = known !== null || (SECRET_WORDS.test(upper) && !OPEN_ENDINGS.test(upper));
  if (!named) {
    if (plain !== undefined) return { kind: 'configuration', what: plain.what };
    return looksRandom(text) && !OPEN_ENDINGS.test(upper)
      ? { kind: 'unsure', what: 'it may be a key' }
      : { kind: 'configuration', what: 'plain text' };
  }
  const unfit = checkSecretBytes(Buffer.from(value), false);
  if (unfit !== null) {
    return plain === undefined
      ? { kind: 'unsure', what: `a secret by its name, and ${unfit}` }
      : { kind: 'configuration', what: plain.what };
  }
  // A key may be all digits, a password may look like a host; a switch, an address or a path is what it looks like.
  if (plain !== undefined && ['an address', 'a path', 'a switch', 'an e-mail address'].includes(plain.what)) {
    return { kind: 'configuration', what: plain.what };
  }
  return { kind: 'secret', what: known?.what ?? describeName(upper), service: known?.service ?? null };
}

/** Whether a name says by itself that its value is secret. */
export function isSecretName(name: string): boolean {
  const upper = spellName(name);
  return findKnownName(upper) !== null || (SECRET_WORDS.test(upper) && !OPEN_ENDINGS.test(upper) && !PUBLIC_NAMES.test(upper));
}

/** `apiKey`, `api-key` and `API_KEY` are one name. */
export function spellName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

/** The longest known name that stands in it as whole words. */
function findKnownName(upper: string): (typeof KNOWN_NAMES)[number] | null {
  const fitting = KNOWN_NAMES.filter(({ name }) => `_${upper}_`.includes(`_${name}_`) && !OPEN_ENDINGS.test(upper.replace(name, '')));
  return fitting.toSorted((a, b) => b.name.length - a.name.length)[0] ?? null;
}

function describeName(upper: string): string {
  if (/PASS(?:WORD|WD|PHRASE)?S?(?:_|$)|(?:^|_)P(?:WD|W)(?:_|$)/.test(upper)) return 'password';
  if (/TOKENS?(?:_|$)|(?:^|_)(?:PAT|JWT|BEARER)(?:_|$)/.test(upper)) return 'token';
  if (/KEYS?(?:_|$)/.test(upper)) return 'key';
  return 'secret';
}

/** At least 20 characters without a blank, letters and digits mixed, and as many different ones as a random text has. */
function looksRandom(text: string): boolean {
  if (text.length < 20 || /\s/.test(text) || !/\d/.test(text) || !/[A-Za-z]/.test(text)) return false;
  return entropyOf(text) >= 3.5;
}

/** Shannon's, in bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
