import { closeSync, existsSync, readdirSync } from 'node:fs';
import { deny, type Denial } from '../denial/denial.js';
import { parseDescriptorFlags } from '../model/descriptor-flags.js';
import { readBeginning } from './read-beginning.js';

/** At its start Node marks all descriptors up to this one as not for its children (libuv's uv_disable_stdio_inheritance), and only by luck a later one. */
const LAST_MARKED = 15;
/** The text of /proc/self/fdinfo/<n> begins with `pos:` and `flags:`, a line each. */
const FLAGS_BYTES = 128;

/**
 * Closes what this process was started with and its child would inherit besides the standard streams: Node cannot mark a descriptor, and every
 * one that it opened itself is marked. ISOLATION_UNAVAILABLE where they cannot be listed. macOS needs none of it: libuv spawns
 * there with POSIX_SPAWN_CLOEXEC_DEFAULT, and a child gets only what it is given.
 */
export function closeInheritedDescriptors(): Denial | null {
  if (process.platform === 'darwin') return null;
  try {
    if (!existsSync('/proc/self/fdinfo')) throw new Error('no /proc');
    for (const name of readdirSync('/proc/self/fd')) {
      const descriptor = Number(name);
      if (descriptor > LAST_MARKED && isInherited(descriptor)) closeSync(descriptor);
    }
    return null;
  } catch {
    return deny('ISOLATION_UNAVAILABLE', { detail: 'its open descriptors cannot be told without /proc' });
  }
}

/** Throws where nothing tells. */
function isInherited(descriptor: number): boolean {
  const path = `/proc/self/fdinfo/${descriptor}`;
  // What the folder itself was read with is closed by now.
  if (!existsSync(path)) return false;
  const flags = parseDescriptorFlags(readBeginning(path, FLAGS_BYTES));
  if (flags === null) throw new Error('no flags');
  return !flags.closeOnExec;
}
