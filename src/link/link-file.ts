import { isUtf8 } from 'node:buffer';
import { parseLinkId, parseName } from '../model/ids.js';
import type { LinkId, ProjectName, TenantName } from '../model/ids.js';

/** What a link file says. */
export type LinkFields = { readonly link: LinkId; readonly tenant: TenantName; readonly project: ProjectName };

/** A link file read. `line` counts from 1; `why` is a short clause that holds nothing from the file. */
export type ParsedLinkFile =
  ({ readonly kind: 'ok' } & LinkFields) | { readonly kind: 'invalid'; readonly line: number; readonly why: string };

/** The file's name in a client's folder. */
export const LINK_FILE = '.outloop';
/** A larger file is not a link file. */
export const MAX_LINK_BYTES = 4_096;

const KEYS = ['version', 'link', 'tenant', 'project'] as const;
type Key = (typeof KEYS)[number];

/** Nothing, or a comment. */
const BLANK = /^ *(#.*)?$/;
const ENTRY = /^([a-z]+):(?: +(.*?))? *$/;
/** A plain or quoted value, and a comment after it. What needs an escape is not a name, so no escapes are read. */
const VALUE = /^(?:([A-Za-z0-9_-]+)|"([A-Za-z0-9_-]+)"|'([A-Za-z0-9_-]+)')(?: +#.*)?$/;
/** A line break to one YAML reader and not to another, or text that shows as something else. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u;

/**
 * Reads a link file: a small, strict part of YAML. Lines end in LF; each is blank, a comment, or `key: value` from the first
 * column; the keys are `version` (the number 1), `link`, `tenant` and `project`, each once, in any order; a value is plain
 * or in quotes. Tabs, CR, a byte-order mark, other control characters, invalid UTF-8, nesting, anchors, tags, documents and
 * unknown keys are refused. Never throws.
 */
export function parseLinkFile(bytes: Uint8Array): ParsedLinkFile {
  if (bytes.length > MAX_LINK_BYTES) return invalid(1, 'the file is over 4 KiB');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines = buffer.toString('latin1').split('\n');
  const values = new Map<Key, string>();
  let number = 0;
  for (const latin of lines) {
    number += 1;
    const raw = Buffer.from(latin, 'latin1');
    if (!isUtf8(raw)) return invalid(number, 'the line is not UTF-8');
    const why = readLine(raw.toString('utf8'), values);
    if (why !== null) return invalid(number, why);
  }
  const missing = KEYS.find((key) => !values.has(key));
  if (missing !== undefined) return invalid(number, `the key ${missing} is missing`);
  const link = parseLinkId(values.get('link') ?? '');
  const tenant = parseName<TenantName>(values.get('tenant') ?? '');
  const project = parseName<ProjectName>(values.get('project') ?? '');
  return link === null || tenant === null || project === null
    ? invalid(number, 'a name is not valid')
    : { kind: 'ok', link, tenant, project };
}

/** The file that `outloop link` writes; `parseLinkFile` reads it back. */
export function formatLinkFile(fields: LinkFields): string {
  return [
    '# outloop: the client this folder belongs to. Safe to commit; it carries no authority.',
    'version: 1',
    `link: ${fields.link}`,
    `tenant: ${fields.tenant}`,
    `project: ${fields.project}`,
    '',
  ].join('\n');
}

/** Takes one line into `values`; a clause when the line is not allowed, null when it is. */
function readLine(line: string, values: Map<Key, string>): string | null {
  if (line.includes('\t')) return 'a tab is not allowed';
  if (line.includes('\r')) return 'a carriage return is not allowed';
  if (line.includes('\ufeff')) return 'a byte-order mark is not allowed';
  if (UNPRINTABLE.test(line)) return 'a control character is not allowed';
  if (BLANK.test(line)) return null;
  const entry = ENTRY.exec(line);
  if (entry === null) return 'the line is not a key, a colon, a space and a value';
  const key = KEYS.find((known) => known === entry[1]);
  if (key === undefined) return 'the key is not known; there are version, link, tenant and project';
  if (values.has(key)) return `the key ${key} stands here a second time`;
  const value = VALUE.exec(entry[2] ?? '');
  if (value === null) return `the value of ${key} is not a plain name`;
  const text = value[1] ?? value[2] ?? value[3] ?? '';
  if (key === 'version' && value[1] !== '1') return 'version is not the number 1';
  if (key === 'link' && parseLinkId(text) === null) return 'the value of link is not a link id';
  if ((key === 'tenant' || key === 'project') && parseName(text) === null) return `the value of ${key} is not a name`;
  values.set(key, text);
  return null;
}

function invalid(line: number, why: string): ParsedLinkFile {
  return { kind: 'invalid', line, why };
}
