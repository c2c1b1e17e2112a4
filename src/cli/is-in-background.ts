import { readFileSync } from 'node:fs';

/**
 * Whether the terminal belongs to another job now, as /proc tells it (proc(5), stat: `pgrp` is field 5, `tpgid` field 8): what is typed is not for
 * this run, and reading it would stop the process.
 */
export function isInBackground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return foreground !== '-1' && group !== foreground;
  } catch {
    return false;
  }
}
