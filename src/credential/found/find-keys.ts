import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { checkSecretBytes } from '../check-secret.js';
import { findAssignments } from './find-assignments.js';
import { isSecretName, judgeVariable } from './judge-variable.js';

/** A key in a text, by where it stands and what it is; never by itself. Lines and columns count from 1, columns in UTF-16 units. */
export type FoundKey = { readonly line: number; readonly column: number; readonly what: string; readonly name: string | null };

const PRESET = '@secretlint/secretlint-rule-preset-recommend';

/** What secretlint's rules are about; another rule is named after itself. */
const RULES: Readonly<Record<string, string>> = {
  '1password': '1Password token',
  anthropic: 'Anthropic API key',
  aws: 'AWS key',
  basicauth: 'address with a password',
  'database-connection-string': 'connection string with a password',
  gcp: 'Google service account key',
  github: 'GitHub token',
  linear: 'Linear key',
  npm: 'npm token',
  openai: 'OpenAI API key',
  privatekey: 'private key',
  sendgrid: 'SendGrid key',
  shopify: 'Shopify token',
  slack: 'Slack token',
};

/**
 * The keys in a text: what secretlint's recommended rules find, and values that stand beside a name that says that they are secret. `names` are
 * variables that are known to hold one. Placeholders and references to elsewhere are passed over.
 */
export async function findKeys(path: string, text: string, names: ReadonlySet<string>): Promise<readonly FoundKey[]> {
  const spans: { from: number; to: number; what: string; name: string | null }[] = [];
  for (const { name, value, from, to } of findAssignments(text)) {
    const what = judge(name, value, names);
    if (what !== null) spans.push({ from, to, what, name });
  }
  for (const { from, to, what } of await askSecretlint(path, text)) spans.push({ from, to, what, name: null });

  const locate = startLocator(text);
  // A name tells more than a rule, and a longer value more than its part.
  const best = spans.toSorted((a, b) => a.from - b.from || Number(b.name !== null) - Number(a.name !== null) || b.to - a.to);
  const kept: typeof spans = [];
  for (const span of best) {
    const last = kept.at(-1);
    if (last === undefined || span.from >= last.to) kept.push(span);
    else if (last.name === null && span.name !== null) kept[kept.length - 1] = { ...span, from: last.from, to: Math.max(last.to, span.to) };
  }
  return kept.map(({ from, what, name }) => ({ ...locate(from), what, name }));
}

function judge(name: string, value: string, names: ReadonlySet<string>): string | null {
  const judged = judgeVariable(name, value);
  if (judged.kind === 'secret') return judged.what;
  if (judged.kind !== 'configuration' || !names.has(name) || isSecretName(name)) return null;
  return judged.what === 'plain text' && checkSecretBytes(Buffer.from(value), false) === null ? 'key of a service' : null;
}

async function askSecretlint(path: string, content: string): Promise<{ from: number; to: number; what: string }[]> {
  const { messages } = await lintSource({
    source: { filePath: markable(path), content, ext: /\.[^./]*$/.exec(path)?.[0] ?? '', contentType: 'text' },
    options: { maskSecrets: true, config: { rules: [{ id: PRESET, rule: creator }] } },
  });
  return messages.flatMap(({ ruleId, range }) => {
    const rule = ruleId.replace(/^.*secretlint-rule-/, '');
    const value = content.slice(range[0], range[1]);
    // The rules do not know what stands for a key: `postgres://user:${PASSWORD}@host`, `xxxx`.
    if (/\$\{|\$\(|<[a-z -]+>|x{6,}|\*{4,}/i.test(value)) return [];
    return [{ from: range[0], to: range[1], what: RULES[rule] ?? `${rule} key` }];
  });
}

/** The path as it may go into the library's time marks, whose names a line break and two colons break. One rule reads a file by it, which such a path is not worth. */
function markable(path: string): string {
  return /[\r\n\u2028\u2029]|::/.test(path) ? path.replace(/[^\w.-]/g, '_') : path;
}

/** Gives the line and column of an offset; offsets must not go back. */
function startLocator(text: string): (offset: number) => { line: number; column: number } {
  let line = 1;
  let start = 0;
  return (offset) => {
    for (let end = text.indexOf('\n', start); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
      line++;
      start = end + 1;
    }
    return { line, column: offset - start + 1 };
  };
}
