import { parseAliasName } from '../model/ids.js';

/**
 * The alias names that an invalid service file would define, so that they are answered as broken and not as unknown.
 * `value` is its YAML where that could be read; null: the names are looked for line by line under `aliases:`, at the
 * indentation of the first one, which is enough for a file that a person or `service add` wrote.
 */
export function findDefined(value: unknown, bytes: Uint8Array): readonly string[] {
  if (value === null) return scanLines(new TextDecoder('utf-8').decode(bytes));
  const aliases = typeof value === 'object' && 'aliases' in value ? value.aliases : null;
  return typeof aliases === 'object' && aliases !== null ? Object.keys(aliases).filter(isAliasName) : [];
}

function scanLines(text: string): readonly string[] {
  const names = new Set<string>();
  let indentation: string | null = null;
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^[^\s#]/.test(line)) {
      inside = /^["']?aliases["']?\s*:/.test(line);
      continue;
    }
    const found = inside ? /^( +)["']?([a-z0-9.-]{1,128})["']?\s*:/.exec(line) : null;
    const [, spaces, name] = found ?? [];
    if (spaces === undefined || name === undefined) continue;
    indentation ??= spaces;
    if (spaces === indentation && isAliasName(name)) names.add(name);
  }
  return [...names];
}

function isAliasName(text: string): boolean {
  return parseAliasName(text) !== null;
}
