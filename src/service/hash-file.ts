import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';

/** What was read of a file: its SHA-256 (hex), its size, its first bytes (at most 256), and the stat it had all the while. */
export type HashedFile = { readonly sha256: string; readonly size: number; readonly head: Uint8Array; readonly stat: BigIntStats };

/** Larger reads were no faster here, smaller ones were slower. */
const BUFFER_BYTES = 262_144;

/**
 * Hashes a regular file, reading it once and never following a link as its last part. Null: it cannot be opened, is not a
 * regular file, or changed while it was read.
 */
export function hashFile(path: string): HashedFile | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const before = fstatSync(descriptor, { bigint: true });
    if (!before.isFile()) return null;
    const hash = createHash('sha256');
    const buffer = new Uint8Array(BUFFER_BYTES);
    let head = new Uint8Array(0);
    let size = 0;
    for (let count = readSync(descriptor, buffer); count > 0; count = readSync(descriptor, buffer)) {
      hash.update(buffer.subarray(0, count));
      if (size === 0) head = buffer.slice(0, Math.min(count, 256));
      size += count;
    }
    const after = fstatSync(descriptor, { bigint: true });
    const still = identifyFile(before) === identifyFile(after) && after.size === BigInt(size);
    return still ? { sha256: hash.digest('hex'), size, head, stat: after } : null;
  } finally {
    closeSync(descriptor);
  }
}

/** What tells a file from another and from its own past: device, inode, size, mtime and ctime in nanoseconds. */
export function identifyFile(stat: BigIntStats): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':');
}
