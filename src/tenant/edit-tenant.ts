import { isMap, isScalar, isSeq, parseDocument, stringify } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import type { TenantName } from '../model/ids.js';
import type { Json } from '../model/service.js';
import type { WindowShape } from './parse-window.js';

/** A grant as `grant add` makes it, in the words of the file; left-out keys are not written. It is checked when the new text is compiled. */
export type NewGrant = {
  readonly id: string;
  readonly permit?: readonly string[];
  readonly forbid?: readonly string[];
  readonly effects?: readonly string[];
  readonly projects?: readonly string[];
  readonly principals?: readonly string[];
  readonly bind?: Readonly<Record<string, string>>;
  readonly pin?: Readonly<Record<string, Json>>;
  readonly limits?: { readonly rate?: string; readonly concurrency?: number };
  readonly window?: WindowShape;
  readonly expires?: string;
  readonly workspace?: boolean;
  readonly args?: boolean;
  readonly requireSession?: boolean;
  readonly approve?: string;
};

/** A credential as the file spells it. */
export type NewCredential = { readonly backend: string; readonly ref: string; readonly allowShort?: boolean };

/**
 * The text of a tenant's file after a change, or why it cannot be made: a short clause that quotes nothing of the file.
 * Comments and the order of keys stay; spacing may be evened out. Compile the text before it is written.
 */
export type Edit = { readonly kind: 'edited'; readonly text: string } | { readonly kind: 'refused'; readonly why: string };

/** The file of a new tenant: active, with no credential and no grant, so that it permits nothing. */
export function newTenantFile(tenant: TenantName): string {
  return [
    '# What this tenant permits. Everything that no grant permits is denied; a forbid beats every permit.',
    'version: 1',
    // A name such as 123 or null would be another type without quotes.
    `tenant: ${stringify(tenant).trimEnd()}`,
    'status: active',
    '# References into backends, never values.',
    'credentials: {}',
    'grants: []',
    '',
  ].join('\n');
}

/** Puts a grant after the others; refused where one of that id is there. */
export function addGrant(text: string, grant: NewGrant): Edit {
  return edit(text, (file) => {
    const grants = listOf(file, 'grants');
    if (grants === null) return 'grants is not a list';
    if (grants.items.some((item) => isGrant(item, grant.id))) return 'a grant of this id is there already';
    const node = file.createNode(grant);
    for (const key of LISTS_ON_ONE_LINE) {
      const value = isMap(node) ? node.get(key, true) : undefined;
      if (isSeq(value) || isMap(value)) value.flow = true;
    }
    grants.flow = false;
    grants.add(node);
    return null;
  });
}

/** Takes a grant out, with the comments inside it; refused where there is none of that id. */
export function removeGrant(text: string, id: string): Edit {
  return edit(text, (file) => {
    const grants = listOf(file, 'grants');
    const place = grants?.items.findIndex((item) => isGrant(item, id)) ?? -1;
    if (grants === null || place < 0) return 'there is no grant of this id';
    grants.items.splice(place, 1);
    if (grants.items.length === 0) grants.flow = true;
    return null;
  });
}

/** Sets the status; a tenant that has it already gives the same text but for spacing. */
export function setStatus(text: string, status: 'active' | 'revoked'): Edit {
  return edit(text, (file) => {
    file.set('status', status);
    return null;
  });
}

/** Puts a credential in, or in the place of the one of that name. */
export function setCredential(text: string, credential: string, reference: NewCredential): Edit {
  return edit(text, (file) => {
    const credentials = mapOf(file, 'credentials');
    if (credentials === null) return 'credentials is not a mapping';
    const node = file.createNode(reference);
    if (isMap(node)) node.flow = true;
    credentials.flow = false;
    credentials.set(credential, node);
    return null;
  });
}

/** Takes a credential out; refused where there is none of that name. A grant that binds it makes the text invalid: compile it. */
export function removeCredential(text: string, credential: string): Edit {
  return edit(text, (file) => {
    const credentials = mapOf(file, 'credentials');
    if (credentials === null || !credentials.delete(credential)) return 'there is no credential of this name';
    if (credentials.items.length === 0) credentials.flow = true;
    return null;
  });
}

const LISTS_ON_ONE_LINE = ['permit', 'forbid', 'effects', 'projects', 'principals', 'bind', 'pin', 'limits', 'window'] as const;

/** `change` works on the parsed file and gives null, or why it cannot be made. */
function edit(text: string, change: (file: Document) => string | null): Edit {
  const file = parseDocument(text);
  if (file.errors.length > 0 || file.warnings.length > 0 || !isMap(file.contents))
    return { kind: 'refused', why: 'the file is not valid YAML' };
  const why = change(file);
  return why === null ? { kind: 'edited', text: file.toString({ lineWidth: 0 }) } : { kind: 'refused', why };
}

/** The list under a key, made where the key is absent or empty; null for something else. */
function listOf(file: Document, key: string) {
  if (isAbsent(file, key)) file.set(key, file.createNode([]));
  const node = file.get(key, true);
  return isSeq(node) ? node : null;
}

/** The mapping under a key, made where the key is absent or empty; null for something else. */
function mapOf(file: Document, key: string): YAMLMap | null {
  if (isAbsent(file, key)) file.set(key, file.createNode({}));
  const node = file.get(key, true);
  return isMap(node) ? node : null;
}

function isAbsent(file: Document, key: string): boolean {
  const node = file.get(key, true);
  return node === undefined || (isScalar(node) && node.value === null);
}

function isGrant(item: unknown, id: string): boolean {
  return isMap(item) && item.get('id') === id;
}
