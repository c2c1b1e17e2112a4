import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { rethrowBug } from '../model/error-code.js';

/** The top folder of the git checkout that a folder (an absolute, physical path) lies in: the nearest with a `.git`; null when there is none. */
export function findCheckout(directory: string): string | null {
  for (let path = directory; ; path = dirname(path)) {
    if (lstatSync(join(path, '.git'), { throwIfNoEntry: false }) !== undefined) return path;
    if (path === dirname(path)) return null;
  }
}

/**
 * A path's place within a checkout as it is written: what follows its first part that leads to `top`. Null: no part leads there, or nothing follows. A link
 * above the checkout is the machine's own; one within it is not followed, since whoever commits can make it.
 */
export function findPlaceIn(top: string, path: string): string | null {
  const parts = path.split('/');
  for (let end = 1; end < parts.length; end++) {
    if (leadsTo(parts.slice(0, end).join('/') || '/', top)) return parts.slice(end).join('/');
  }
  return null;
}

function leadsTo(path: string, place: string): boolean {
  try {
    return realpathSync(path) === place;
  } catch (error) {
    rethrowBug(error);
    return false;
  }
}

/** The address of a checkout's remote `origin`, from its configuration and without git, which would obey that configuration; null when it names none. */
export function readRemote(top: string): string | null {
  const configuration = readText(join(findGitDirectory(top), 'config'));
  let section = '';
  let url: string | null = null;
  for (const line of (configuration ?? '').split(/\r?\n/)) {
    const head = /^\s*\[([^\]]*)\]/.exec(line);
    if (head !== null) section = (head[1] ?? '').trim();
    const entry = /^\s*url\s*=\s*(.*?)\s*$/i.exec(line)?.[1];
    // The last one counts; a subsection's name, unlike the section's, is told apart by case (git-config(1)).
    if (entry !== undefined && /^[Rr][Ee][Mm][Oo][Tt][Ee]\s+"origin"$/.test(section)) url = entry.replace(/^"(.*)"$/, '$1');
  }
  return url;
}

/** `.git` is the directory, or a file that names it; a work tree's own names the common one in `commondir` (gitrepository-layout(5)). */
function findGitDirectory(top: string): string {
  const path = join(top, '.git');
  const named = /^gitdir: (.+)$/m.exec(lstatSync(path, { throwIfNoEntry: false })?.isFile() === true ? (readText(path) ?? '') : '')?.[1];
  if (named === undefined) return path;
  const own = isAbsolute(named) ? named : join(top, named);
  const common = readText(join(own, 'commondir'))?.trim();
  return common === undefined ? own : isAbsolute(common) ? common : join(own, common);
}

/** Null: it is not there or cannot be read. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    rethrowBug(error);
    return null;
  }
}
