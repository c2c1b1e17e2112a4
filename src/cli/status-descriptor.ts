import { spawn } from 'node:child_process';
import { closeSync, fstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { parseDescriptorFlags, type DescriptorFlags } from '../model/descriptor-flags.js';
import { PATIENCE_MS, writeWhole } from './write-whole.js';

/** Where the machine record of a run goes. `write` is called once, and resolves when the record is written or cannot be. */
export type StatusDescriptor = { write(line: string): Promise<void> };

/** POSIX has it there on every system that a run can be isolated on. */
const CAT = '/bin/cat';

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
  const flags = readFlags(descriptor);
  if (flags?.readOnly === true || belongsToNode(descriptor)) return null;
  return flags?.closeOnExec === false ? relay(descriptor) : { write: (line) => writeWhole(descriptor, line) };
}

/**
 * A child would inherit this descriptor, and Node can mark none; above 15 it leaves them as they are. So another process holds it for us, in a
 * session of its own that no signal of a terminal reaches, and passes the record on.
 */
function relay(descriptor: number): StatusDescriptor | null {
  const cat = spawn(CAT, [], { stdio: ['pipe', descriptor, 'ignore'], env: {}, cwd: '/', detached: true });
  const { stdin } = cat;
  cat.on('error', () => undefined);
  stdin?.on('error', () => undefined);
  closeSync(descriptor);
  if (cat.pid === undefined || stdin === null) return null;
  return {
    write: (line) =>
      new Promise((resolve) => {
        setTimeout(resolve, PATIENCE_MS);
        if (cat.exitCode !== null) resolve();
        cat.once('exit', () => resolve());
        stdin.end(line);
      }),
  };
}

/** Null where there is no /proc: there the first write tells. */
function readFlags(descriptor: number): DescriptorFlags | null {
  try {
    return parseDescriptorFlags(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'));
  } catch {
    return null;
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
