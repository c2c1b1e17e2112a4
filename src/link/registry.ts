import { deny } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import { parseLinkId, parseName } from '../model/ids.js';
import { isTable, parseStrictJson } from '../model/json-table.js';
import type { Link } from '../model/link.js';
import type { ProjectName, TenantName } from '../model/ids.js';
import { isSha256 } from '../model/sha256.js';

/**
 * One directory that the operator linked. `directory` is its real path, `inode` (decimal) what makes it this very folder;
 * `device` is recorded and never compared, because it changes across boots. `sha256` (hex) is that of the link file's bytes,
 * `time` when it was linked (ISO 8601, UTC, milliseconds).
 */
export type LinkEntry = Link & { readonly device: string; readonly inode: string; readonly sha256: string; readonly time: string };

/** What `links.json` holds: every directory at most once; one link's id may stand for several directories. */
export type Registry = { readonly links: readonly LinkEntry[] };

/** No directory is linked: what an absent file means. */
export const NO_LINKS: Registry = { links: [] };

const ENTRY_KEYS = ['id', 'tenant', 'project', 'directory', 'device', 'inode', 'sha256', 'time'];
const NUMBER = /^\d{1,20}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Reads `links.json`. CONFIG_INVALID when anything in it is not exactly as `formatRegistry` writes it: no entry of a broken file counts. */
export function readRegistry(bytes: Uint8Array): Registry | Denial {
  const value = parseStrictJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  if (!isTable(value) || Object.keys(value).length !== 2 || value['version'] !== 1 || !Array.isArray(value['links'])) {
    return broken('links.json is not a registry of version 1');
  }
  const links: LinkEntry[] = [];
  const directories = new Set<string>();
  for (const item of value['links'] as readonly unknown[]) {
    const entry = parseEntry(item);
    if (entry === null) return broken(`entry ${links.length + 1} of links.json is not valid`);
    if (directories.has(entry.directory)) return broken(`entry ${links.length + 1} of links.json names a directory again`);
    directories.add(entry.directory);
    links.push(entry);
  }
  return { links };
}

/** The bytes of `links.json`, one entry a line. */
export function formatRegistry(registry: Registry): Buffer {
  const lines = registry.links.map(({ id, tenant, project, directory, device, inode, sha256, time }) =>
    JSON.stringify({ id, tenant, project, directory, device, inode, sha256, time }),
  );
  return Buffer.from(`{"version":1,"links":[${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`}]}\n`, 'utf8');
}

/** A registry that holds the entry, in place of what it held for the same directory. */
export function addLink(registry: Registry, entry: LinkEntry): Registry {
  return { links: [...registry.links.filter((link) => link.directory !== entry.directory), entry] };
}

/** A registry without the directory, and what it held for it; null: nothing. */
export function removeLink(registry: Registry, directory: string): { readonly registry: Registry; readonly removed: LinkEntry | null } {
  const removed = registry.links.find((link) => link.directory === directory) ?? null;
  return { registry: { links: registry.links.filter((link) => link !== removed) }, removed };
}

function parseEntry(value: unknown): LinkEntry | null {
  if (!isTable(value) || Object.keys(value).length !== ENTRY_KEYS.length || !ENTRY_KEYS.every((key) => typeof value[key] === 'string'))
    return null;
  const { id, tenant, project, directory, device, inode, sha256, time } = value as Record<string, string>;
  const link = parseLinkId(id ?? '');
  const tenantName = parseName<TenantName>(tenant ?? '');
  const projectName = parseName<ProjectName>(project ?? '');
  if (link === null || tenantName === null || projectName === null) return null;
  if (directory === undefined || !directory.startsWith('/') || directory.includes('\0')) return null;
  if (device === undefined || !NUMBER.test(device) || inode === undefined || !NUMBER.test(inode)) return null;
  if (!isSha256(sha256) || time === undefined || !TIME.test(time)) return null;
  return { id: link, tenant: tenantName, project: projectName, directory, device, inode, sha256, time };
}

function broken(detail: string): Denial {
  return deny('CONFIG_INVALID', { detail });
}
