import { relative } from 'node:path';
import { deny, type Denial } from '../denial/denial.js';
import type { CiLinks } from '../model/ci.js';
import type { Link, LinkEvidence } from '../model/link.js';
import { findCheckout, findPlaceIn, readRemote } from './checkout.js';
import { findCiService, type CiEvidence } from './ci-services.js';
import { parseLinkFile } from './link-file.js';
import { isSameRepository, readRepository } from './repository.js';
import { denyUntrusted, hashLinkFile } from './resolve-link.js';

/** What a job says of itself: its CI, and where its operator state lies, an absolute path. */
export type JobEvidence = CiEvidence & { readonly home: string };

/** Why an operator state that lies at `path` does not count in the checkout at `top`, as a clause; null where it lies in the folder that it was made for, its own `home`. */
export function whyMisplaced(path: string, { top, home }: { readonly top: string | null; readonly home: string }): string | null {
  const place = top === null ? null : findPlaceIn(top, path);
  if (place === null) return 'the operator state is in no folder of the checkout';
  return place === home ? null : `the operator state is for the checkout’s folder ${home}, and is in ${place}`;
}

/**
 * Decides whose folder of a CI job's checkout this is. A checkout is made anew for each job, so no inode is known: the CI's marker, the
 * repository that the job is of, the state's own place and the committed registry must agree instead, else it is LINK_NOT_APPROVED. No file is LINK_NOT_FOUND, one that
 * others could have put there LINK_UNTRUSTED_PATH, other bytes in a registered folder LINK_CHANGED, as with any link. Whoever controls the machine can
 * make all of it agree; what they cannot make is the secret that the CI keeps.
 */
export function resolveCiLink(link: LinkEvidence, job: JobEvidence, { provider, repository, home, links }: CiLinks): Link | Denial {
  const { file } = link;
  if (link.cwd === null || file.kind === 'none') return deny('LINK_NOT_FOUND');
  if (file.kind === 'untrusted') return denyUntrusted(file.directory, file.why);
  const { directory } = file;
  const unapproved = (detail: string) => deny('LINK_NOT_APPROVED', { directory, detail });

  const { hasMarker, address, ignoresCase } = findCiService(provider);
  if (!hasMarker(job)) return unapproved(`the operator state is that of a CI (${provider}), and this is no job of it`);
  const top = findCheckout(directory);
  if (top === null) return unapproved('it is in no checkout of a git repository');
  // The checkout's own remote as well: a submodule lies in a job of the repository, and is another one.
  const told = [['the job', address === 'none' ? undefined : address(job.env)] as const, ['the checkout', readRemote(top)] as const];
  for (const [who, given] of told) {
    if (given === undefined) continue;
    const named = given === null ? null : readRepository(given);
    if (named === null) return unapproved(`${who} does not say which repository it is of`);
    if (!isSameRepository(named, repository, ignoresCase))
      return unapproved(`${who} is of ${named}, and the operator state is for ${repository}`);
  }
  // Two states of one repository are sealed under one key: a commit could put either in the other's place.
  const misplaced = whyMisplaced(job.home, { top, home });
  if (misplaced !== null) return unapproved(misplaced);

  const path = relative(top, directory);
  const entry = links.find((known) => known.path === path);
  if (entry === undefined) return unapproved('ci.json of the operator state does not name it');
  if (entry.sha256 !== hashLinkFile(file.bytes)) return deny('LINK_CHANGED', { directory });
  const parsed = parseLinkFile(file.bytes);
  if (parsed.kind !== 'ok' || parsed.link !== entry.id || parsed.tenant !== entry.tenant || parsed.project !== entry.project) {
    return deny('CONFIG_INVALID', { detail: `ci.json and the link file in ${directory} disagree` });
  }
  return { id: entry.id, tenant: entry.tenant, project: entry.project, directory, inode: file.inode };
}
