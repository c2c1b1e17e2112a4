import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isDenial } from '../../denial/denial.js';
import { LINK_FILE } from '../../link/link-file.js';
import { planLink } from '../../link/register-link.js';
import type { LinkEntry, Registry } from '../../link/registry.js';
import { findFlawedFolder, othersCanWrite } from '../../state/trusted-path.js';
import type { FolderEvidence, LinkFile } from '../../model/link.js';
import { isRefusal } from '../../model/refusal.js';
import { quoteWord } from '../../model/quote-word.js';

/** Links a folder that is registered again: its file as it is, where that is one that can be linked. */
export function linkAgain(entry: LinkEntry, folder: FolderEvidence | null, registry: Registry): string {
  const { directory, tenant, project, id: newId, time } = entry;
  const enter = `cd ${quoteWord(directory)}`;
  const anew = `outloop link --tenant ${tenant} --project ${project}`;
  if (folder === null || folder.file.kind === 'none') return `${enter} && ${anew}`;
  const plan = planLink({ folder, registry, tenant: null, project: null, newId, time });
  return isDenial(plan) || isRefusal(plan) ? `${enter} && ${MOVE_AWAY} && ${anew}` : `${enter} && outloop link`;
}

/** What mends a link file, or a folder of its path, that cannot be trusted; null where no command does. `uid` is the operator's. */
export function fixUntrusted(entry: LinkEntry, why: Extract<LinkFile, { kind: 'untrusted' }>['why'], uid: number): string | null {
  const { directory, tenant, project } = entry;
  const file = join(directory, LINK_FILE);
  const flawed = findFlawedFolder(directory, uid)?.path ?? directory;
  switch (why) {
    case 'others-can-write': {
      const open = isOpen(file) ? file : flawed;
      return `${isOwn(open, uid) ? '' : 'sudo '}chmod go-w ${quoteWord(open)}`;
    }
    case 'other-owner':
      return `sudo chown ${uid} ${quoteWord(file)}`;
    case 'folder-of-another':
      return `sudo chown ${uid} ${quoteWord(flawed)}`;
    case 'unreadable':
      return `chmod u+rX ${quoteWord(directory)} ${quoteWord(file)}`;
    case 'symlink':
    case 'not-a-file':
    case 'too-large':
      return `cd ${quoteWord(directory)} && ${MOVE_AWAY} && outloop link --tenant ${tenant} --project ${project}`;
    case 'not-utf8':
      return null;
  }
}

/** What cannot be linked is kept for the operator to look at. */
const MOVE_AWAY = `mv ${LINK_FILE} ${LINK_FILE}.old`;

function isOpen(file: string): boolean {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() === true && othersCanWrite(stat);
}

function isOwn(path: string, uid: number): boolean {
  return uid === 0 || lstatSync(path, { throwIfNoEntry: false })?.uid === uid;
}
