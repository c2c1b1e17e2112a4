import { deny } from '../denial/denial.js';
import type { Denial } from '../denial/denial.js';
import type { LinkId, ProjectName, TenantName } from '../model/ids.js';
import type { FolderEvidence } from '../model/link.js';
import { quoteWord } from '../model/quote-word.js';
import { refusal, type Refusal } from '../model/refusal.js';
import { formatLinkFile, parseLinkFile } from './link-file.js';
import type { LinkFields } from './link-file.js';
import type { LinkEntry, Registry } from './registry.js';
import { denyUntrusted, hashLinkFile } from './resolve-link.js';

/** What the operator asks for. `tenant` and `project` null: what the folder's own file says. `newId` is used when there is no file. */
export type LinkWish = {
  readonly folder: FolderEvidence | null;
  readonly registry: Registry;
  readonly tenant: TenantName | null;
  readonly project: ProjectName | null;
  readonly newId: LinkId;
  /** ISO 8601 in UTC with milliseconds. */
  readonly time: string;
};

/**
 * What `outloop link` is to do once the operator agrees. `write`: the bytes of a new link file, or null where one stands and
 * is taken as it is. `entry` goes into the registry. `previous`: what the registry holds for this directory now, to be shown
 * when it differs. `file`: the bytes that are being approved, to be shown.
 */
export type LinkPlan = {
  readonly kind: 'plan';
  readonly write: Buffer | null;
  readonly file: Uint8Array;
  readonly entry: LinkEntry;
  readonly previous: LinkEntry | null;
};

/**
 * Plans the link of one folder. A link file that stands there (a teammate's clone) is registered as those very bytes and
 * never rewritten. USAGE: the wish names no tenant or project and there is no file, or it names others than the file, or the
 * folder is gone. LINK_UNTRUSTED_PATH: a run here would be refused whatever is registered. Refused: the file is not a link file, or its id stands
 * for another tenant elsewhere.
 */
export function planLink(wish: LinkWish): LinkPlan | Refusal | Denial {
  const { folder } = wish;
  if (folder === null) return deny('USAGE', { detail: 'the current folder is gone', command: 'link' });
  switch (folder.file.kind) {
    case 'untrusted':
      return denyUntrusted(folder.directory, folder.file.why);
    case 'found':
      return planExisting(wish, folder, folder.file.bytes);
    case 'none':
      return planNew(wish, folder);
  }
}

function planExisting(wish: LinkWish, folder: FolderEvidence, bytes: Uint8Array): LinkPlan | Refusal | Denial {
  const parsed = parseLinkFile(bytes);
  if (parsed.kind === 'invalid')
    return refusal(`line ${parsed.line} of the .outloop file here: ${parsed.why}`, 'correct it or move it away, then outloop link');
  if (wish.tenant !== null && wish.tenant !== parsed.tenant) return differs('tenant', parsed.tenant, wish.tenant);
  if (wish.project !== null && wish.project !== parsed.project) return differs('project', parsed.project, wish.project);
  return plan(wish, folder, { fields: parsed, file: bytes, write: null });
}

function planNew(wish: LinkWish, folder: FolderEvidence): LinkPlan | Refusal | Denial {
  const { tenant, project, newId } = wish;
  if (tenant === null)
    return deny('USAGE', { detail: 'there is no .outloop file here, so --tenant must name the tenant', command: 'link' });
  if (project === null)
    return deny('USAGE', { detail: 'there is no .outloop file here, so --project must name the project', command: 'link' });
  const fields = { link: newId, tenant, project };
  const bytes = Buffer.from(formatLinkFile(fields), 'utf8');
  return plan(wish, folder, { fields, file: bytes, write: bytes });
}

function plan(
  wish: LinkWish,
  folder: FolderEvidence,
  link: { readonly fields: LinkFields; readonly file: Uint8Array; readonly write: Buffer | null },
): LinkPlan | Refusal | Denial {
  const { directory, device, inode } = folder;
  const { link: id, tenant, project } = link.fields;
  const taken = wish.registry.links.find((other) => other.id === id && other.directory !== directory && other.tenant !== tenant);
  if (taken !== undefined)
    return refusal(`link ${id} is tenant ${taken.tenant}’s in ${taken.directory}`, `outloop unlink ${quoteWord(taken.directory)}`);
  const entry = { id, tenant, project, directory, device, inode, sha256: hashLinkFile(link.file), time: wish.time };
  const previous = wish.registry.links.find((other) => other.directory === directory) ?? null;
  return { kind: 'plan', write: link.write, file: link.file, entry, previous };
}

function differs(what: string, has: string, asked: string): Denial {
  return deny('USAGE', { detail: `the .outloop file here names ${what} ${has}, and --${what} names ${asked}`, command: 'link' });
}
