import { hash } from 'node:crypto';
import { deny } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import type { Link, LinkEvidence, LinkFile } from '../model/link.js';
import { parseLinkFile } from './link-file.js';
import type { LinkEntry, Registry } from './registry.js';

/** How each flaw reads in a denial; a table, so that a new flaw fails to compile. */
const FLAWS: Readonly<Record<Extract<LinkFile, { kind: 'untrusted' }>['why'], string>> = {
  symlink: 'it, or a folder above it, is a symlink',
  'not-a-file': 'it is not a plain file',
  'too-large': 'it is over 4 KiB',
  'other-owner': 'it belongs to another user',
  'folder-of-another': 'its folder, or one above it, belongs to another user',
  'others-can-write': 'others can write it or a folder above it',
  unreadable: 'it, or a folder above it, cannot be read',
  'not-utf8': 'the path of the folder is not UTF-8',
};

/**
 * Decides whose folder this is. The registry must hold this very directory, by real path and inode, with the SHA-256 of the
 * file's bytes; the device is not compared. In this order: no file (or no folder any more) is LINK_NOT_FOUND; a file that
 * others could have put there is LINK_UNTRUSTED_PATH; a directory that is not registered, or has another inode now, is
 * LINK_NOT_APPROVED whatever the file says; other bytes in a registered directory are LINK_CHANGED. A registry that
 * disagrees with the very bytes that it names is CONFIG_INVALID.
 */
export function resolveLink(evidence: LinkEvidence, registry: Registry): Link | Denial {
  const { file } = evidence;
  if (evidence.cwd === null || file.kind === 'none') return deny('LINK_NOT_FOUND');
  if (file.kind === 'untrusted') return denyUntrusted(file.directory, file.why);
  const { directory } = file;
  const entry = registry.links.find((link) => link.directory === directory && link.inode === file.inode);
  if (entry === undefined) return deny('LINK_NOT_APPROVED', { directory });
  if (entry.sha256 !== hashLinkFile(file.bytes)) return deny('LINK_CHANGED', { directory });
  if (!agrees(entry, file.bytes)) return deny('CONFIG_INVALID', { detail: `links.json and the link file in ${directory} disagree` });
  return { id: entry.id, tenant: entry.tenant, project: entry.project, directory, inode: file.inode };
}

/** LINK_UNTRUSTED_PATH with the clause for a flaw. */
export function denyUntrusted(directory: string, why: keyof typeof FLAWS): Denial {
  return deny('LINK_UNTRUSTED_PATH', { directory, detail: FLAWS[why] });
}

/** SHA-256 of a link file's bytes, in hex, as the registry holds it. */
export function hashLinkFile(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

function agrees(entry: LinkEntry, bytes: Uint8Array): boolean {
  const parsed = parseLinkFile(bytes);
  return parsed.kind === 'ok' && parsed.link === entry.id && parsed.tenant === entry.tenant && parsed.project === entry.project;
}
