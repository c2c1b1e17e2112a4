import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from '../../model/error-code.js';
import { replaceFile } from '../../state/replace-file.js';

/** A user's own file, read whole. `identity` changes when the file does. */
export type PlainFile = {
  readonly kind: 'ok';
  readonly bytes: Buffer;
  readonly text: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** How many names the file has: a further one would keep the content. */
  readonly links: number;
  readonly identity: string;
};

/** `why` is a clause that follows the file's name. */
export type RefusedFile = { readonly kind: 'refused' | 'absent'; readonly why: string };

/**
 * Reads a regular file of UTF-8 text, at most `maxBytes` long. A link, FIFO, device, folder or binary file is refused without waiting for
 * it; nothing is executed and nothing followed. `lossy` takes other encodings all the same, for a text that is only looked at. Throws nothing that
 * a file can cause.
 */
export function readPlainFile(path: string, maxBytes: number, lossy = false): PlainFile | RefusedFile {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    return describeOpenFailure(errorCode(error));
  }
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    if (!stat.isFile()) return refuse('is not a regular file');
    if (stat.size > BigInt(maxBytes)) return refuse(`is larger than ${maxBytes} bytes`);
    const bytes = readAtMost(descriptor, maxBytes + 1);
    if (bytes.length > maxBytes) return refuse(`is larger than ${maxBytes} bytes`);
    const text = decode(bytes, lossy);
    if (text === null) return refuse(lossy ? 'is not text' : 'is not text in UTF-8');
    const identity = [stat.dev, stat.ino, stat.size, stat.mtimeNs].join(':');
    const owner = { mode: Number(stat.mode & 0o7777n), uid: Number(stat.uid), gid: Number(stat.gid) };
    return { kind: 'ok', bytes, text, ...owner, links: Number(stat.nlink), identity };
  } catch (error) {
    return refuse(`cannot be read (${errorCode(error)})`);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Puts `text` in the place of the file that was read, in one step and with its mode and group. A clause that says why not, null when it is done. What was
 * changed by somebody in the meantime is not overwritten.
 */
export function replacePlainFile(path: string, before: PlainFile, text: string): string | null {
  const isSame = () => {
    const now = readPlainFile(path, before.bytes.length);
    return now.kind === 'ok' && now.identity === before.identity && now.bytes.equals(before.bytes);
  };
  try {
    return replaceFile(path, { bytes: Buffer.from(text), mode: before.mode, gid: before.gid, isSame });
  } catch (error) {
    return `cannot be written (${errorCode(error)})`;
  }
}

function describeOpenFailure(code: string): RefusedFile {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'absent', why: 'is not there' };
    case 'ELOOP':
    case 'EMLINK': // FreeBSD's word for it
      return refuse('is a symbolic link');
    case 'ENXIO':
    case 'EOPNOTSUPP':
      return refuse('is not a regular file');
    case 'EACCES':
    case 'EPERM':
      return refuse('may not be read');
    default:
      return refuse(`cannot be read (${code})`);
  }
}

function refuse(why: string): RefusedFile {
  return { kind: 'refused', why };
}

function readAtMost(descriptor: number, maxBytes: number): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  while (total < maxBytes) {
    const part = Buffer.allocUnsafe(Math.min(65_536, maxBytes - total));
    const count = readSync(descriptor, part, 0, part.length, null);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    total += count;
  }
  return Buffer.concat(parts, total);
}

function decode(bytes: Buffer, lossy: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: !lossy, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
