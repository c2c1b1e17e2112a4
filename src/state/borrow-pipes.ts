import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { ChildPipes, Pipe } from '../model/child-pipes.js';

/**
 * Opens pipes that another process of ours has made, since Node makes none, only pairs of sockets, which a child cannot open again as /dev/stdout. `ends`: that process's
 * descriptors, the read and the write end of two pipes. Null where there is no /proc, or they are no such pipes.
 */
export function borrowPipes(pid: number, ends: readonly number[]): ChildPipes | null {
  const opened: number[] = [];
  const open = (end: number | undefined, flags: number): number => {
    const descriptor = openSync(`/proc/${pid}/fd/${end}`, flags);
    opened.push(descriptor);
    return descriptor;
  };
  const openPipe = (read: number | undefined, write: number | undefined): Pipe => ({
    read: open(read, constants.O_RDONLY | constants.O_NONBLOCK),
    // The child's, so it blocks; it does not wait, since there is a reader.
    write: open(write, constants.O_WRONLY),
  });
  try {
    const pipes = { stdout: openPipe(ends[0], ends[1]), stderr: openPipe(ends[2], ends[3]) };
    if (isPipe(pipes.stdout) && isPipe(pipes.stderr)) return pipes;
  } catch {
    // There is another way.
  }
  for (const descriptor of opened) closeSync(descriptor);
  return null;
}

function isPipe({ read, write }: Pipe): boolean {
  const [one, other] = [fstatSync(read), fstatSync(write)];
  return one.isFIFO() && one.ino === other.ino && one.dev === other.dev;
}
