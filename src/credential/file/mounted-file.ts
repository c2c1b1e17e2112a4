import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { errorCode } from '../../model/error-code.js';
import { MAX_SECRET_BYTES } from '../backend.js';
import type { BackendAnswer } from '../backend.js';

/** `uid`: the operator, who with root may own what is read. `mounts`: folders whose files others may read. */
export type MountRule = { readonly uid: number; readonly mounts: readonly string[] };

/** As many as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;
const OTHERS_WRITE = 0o022;
const OTHERS_READ = 0o044;
const STICKY = 0o1000;

/**
 * Reads a secret's file. Every folder and link on the way, and the file itself, must belong to root or the operator and be writable by
 * nobody else (a sticky folder of root's passes); the file must be a plain one, closed to others' reading unless it lies in one of the
 * mounts. Mounts are often links into a folder that is replaced whole, so links are followed, one part at a time.
 */
export function readMountedFile(path: string, rule: MountRule): Exclude<BackendAnswer, { kind: 'locked' }> {
  let descriptor: number;
  let real: string;
  try {
    const walked = walk(path, rule.uid);
    if (walked.kind !== 'path') return walked;
    real = walked.path;
    descriptor = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return code === 'ELOOP'
      ? damaged('is a link that was changed')
      : { kind: 'unavailable', detail: `its file cannot be read (${code})`, retryAfterMs: null };
  }
  try {
    const fault = faultOfFile(fstatSync(descriptor), [path, real], rule);
    return fault === null ? readWhole(descriptor) : damaged(fault);
  } catch (error) {
    return { kind: 'unavailable', detail: `its file cannot be read (${errorCode(error)})`, retryAfterMs: null };
  } finally {
    closeSync(descriptor);
  }
}

type Walked = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'damaged'; readonly detail: string };

/** The path without a link in it, each part looked at before the next. Throws the file system's error. */
function walk(path: string, uid: number): Walked {
  let left = path.split(sep).filter((part) => part !== '');
  let at: string = sep;
  let links = 0;
  for (;;) {
    const fault = faultOfFolder(lstatSync(at), uid);
    if (fault !== null) return damaged(fault);
    const [part, ...rest] = left;
    if (part === undefined) return { kind: 'path', path: at };
    const next = join(at, part);
    const stat = lstatSync(next);
    if (stat.isSymbolicLink()) {
      if (++links > MAX_LINKS) return damaged('is behind too many links');
      if (!isTrusted(stat, uid)) return damaged('is behind another user’s link');
      left = [
        ...resolve(at, readlinkSync(next))
          .split(sep)
          .filter((one) => one !== ''),
        ...rest,
      ];
      at = sep;
      continue;
    }
    if (rest.length === 0) return { kind: 'path', path: next };
    at = next;
    left = rest;
  }
}

function faultOfFolder(stat: Stats, uid: number): string | null {
  if (!stat.isDirectory()) return 'is below something that is no folder';
  if (!isTrusted(stat, uid)) return 'is in another user’s folder';
  const open = (stat.mode & OTHERS_WRITE) !== 0 && !(stat.uid === 0 && (stat.mode & STICKY) !== 0);
  return open ? 'is in a folder that others can write' : null;
}

function faultOfFile(stat: Stats, paths: readonly string[], { uid, mounts }: MountRule): string | null {
  if (!stat.isFile()) return 'is not a plain file';
  if (!isTrusted(stat, uid)) return 'belongs to another user';
  if ((stat.mode & OTHERS_WRITE) !== 0) return 'can be written by others';
  if ((stat.mode & OTHERS_READ) === 0) return null;
  const mounted = paths.some((path) => mounts.some((mount) => path.startsWith(mount + sep)));
  return mounted ? null : 'can be read by others; chmod 600 closes it';
}

function isTrusted(stat: Stats, uid: number): boolean {
  return stat.uid === 0 || stat.uid === uid;
}

function readWhole(descriptor: number): Exclude<BackendAnswer, { kind: 'locked' }> {
  const buffer = Buffer.alloc(MAX_SECRET_BYTES + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read)
    read = readSync(descriptor, buffer, length, buffer.length - length, null);
  if (length > MAX_SECRET_BYTES) {
    buffer.fill(0);
    return { kind: 'damaged', detail: 'it is longer than 64 KiB' };
  }
  const bytes = Uint8Array.from(buffer.subarray(0, length));
  buffer.fill(0);
  return { kind: 'value', bytes };
}

function damaged(clause: string): { readonly kind: 'damaged'; readonly detail: string } {
  return { kind: 'damaged', detail: `its file ${clause}` };
}
