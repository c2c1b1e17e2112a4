import { fstatSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';

/** Where the machine record of a run goes. */
export type StatusDescriptor = { write(line: string): void };

/**
 * Takes a descriptor that the caller opened for the status record: a writable pipe, socket or regular file. `null` when it is
 * none, or when it is one of Node's own. Call this before anything else is opened, so that no file of ours has the number.
 */
export function openStatusDescriptor(descriptor: number): StatusDescriptor | null {
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFIFO() && !stat.isSocket() && !stat.isFile()) return null;
  } catch {
    return null;
  }
  if (!isWritable(descriptor) || belongsToNode(descriptor)) return null;
  return { write: (line) => writeWhole(descriptor, Buffer.from(line)) };
}

/** Access mode 0 is read-only (open(2)). Where there is no /proc the first write tells. */
function isWritable(descriptor: number): boolean {
  try {
    const flags = /flags:\s*([0-7]+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1];
    return flags === undefined || (parseInt(flags, 8) & 3) !== 0;
  } catch {
    return true;
  }
}

/** A pipe whose other end is open in this very process is one of Node's own: a caller keeps the other end to itself. */
function belongsToNode(descriptor: number): boolean {
  try {
    const target = readlinkSync(`/proc/self/fd/${descriptor}`);
    if (!target.startsWith('pipe:')) return false;
    return readdirSync('/proc/self/fd').some((other) => other !== String(descriptor) && Number(other) > 2 && linkOf(other) === target);
  } catch {
    return false;
  }
}

function linkOf(descriptor: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return null;
  }
}

/** The reader may be gone or slow: a record that cannot be written is dropped, since the exit code says the same. */
function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let at = 0, tries = 0; at < bytes.length && tries < 200;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if (!isBusy(error)) return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      tries++;
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
