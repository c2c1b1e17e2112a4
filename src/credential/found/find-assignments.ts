/** A name with a value beside it, somewhere in a text: `from` and `to` are the value's offsets. */
export type FoundValue = { readonly name: string; readonly value: string; readonly from: number; readonly to: number };

/** Longer lines are minified code or data; a key in one of them has a shape of its own. */
const MAX_LINE = 20_000;

/*
 * How a name stands before its value in JSON, TOML, YAML, shells, unit files, crontabs, command lines and HTTP headers. In each, `n` is the name and `v`
 * the value. They are read line by line, so that none can run away.
 */
const PATTERNS: readonly RegExp[] = [
  // "NAME": "value", NAME = 'value', NAME="value"
  /(?<n>[A-Za-z_][\w.-]{0,127})["']?\s{0,20}[:=]\s{0,20}(?<q>["'])(?<v>(?:\\.|(?!\k<q>)[^\\])*)\k<q>/dg,
  // NAME=value, export NAME=value, -e NAME=value
  /(?<![\w.$-])(?<n>[A-Za-z_]\w{0,127})=(?<v>[^\s"'`;|&()<>]+)/dg,
  // NAME: value
  /^\s*(?:-\s+)?(?<n>[A-Za-z_][\w-]{0,127}):\s+(?<v>[^\s"'#{[][^\s#]*)\s*(?:#.*)?$/dg,
  // set -gx NAME value
  /\bset\s+-\w+\s+(?<n>[A-Za-z_]\w{0,127})\s+["']?(?<v>[^\s"';]+)/dg,
  // --api-key value, --token=value, "--token", "value"
  /(?<![\w-])--?(?<n>[a-z][a-z0-9-]{0,60})(?:=|\s+|["']\s*,\s*["'])["']?(?<v>[^\s"',;|&]+)/dgi,
  // Authorization: Bearer value, "X-Api-Key": "value"
  /(?<![\w-])(?<n>(?:Proxy-)?Authorization|(?:X-)?(?:[A-Za-z]+-){0,4}(?:Key|Token|Secret))["']?\s{0,20}[:=]\s{0,20}["']?(?:(?:Bearer|Basic|Token|Bot|token)\s+)?(?<v>[^\s"'\\]+)/dg,
];

/** What stands before a credential in a header's value (RFC 9110 §11.4). */
const SCHEME = /^(?:Bearer|Basic|Token|Bot)\s+/i;
/** A property list has the name in an element and the value in the next. */
const PLIST = /<key>\s*(?<n>[A-Za-z_][\w.-]{0,127})\s*<\/key>\s*<string>(?<v>[^<]*)<\/string>/dg;

/** Every name with a value in a text, whatever its format. One value may be found under several patterns. */
export function findAssignments(text: string): readonly FoundValue[] {
  const found: FoundValue[] = [];
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    if (line.length <= MAX_LINE) for (const pattern of PATTERNS) collect(line, start, pattern, found);
    start = end < 0 ? text.length : end + 1;
  }
  if (text.includes('<plist')) collect(text, 0, PLIST, found);
  return found;
}

function collect(text: string, offset: number, pattern: RegExp, found: FoundValue[]): void {
  for (const match of text.matchAll(pattern)) {
    const name = match.groups?.['n'];
    const value = match.groups?.['v'];
    const [from, to] = match.indices?.groups?.['v'] ?? [0, 0];
    if (name === undefined || value === undefined || value === '') continue;
    const scheme = SCHEME.exec(value)?.[0].length ?? 0;
    found.push({ name, value: value.slice(scheme), from: offset + from + scheme, to: offset + to });
  }
}
