import { readdirSync, readFileSync } from 'node:fs';

/** A process may start another while it is looked for. */
const MAX_LOOKS = 10;

/**
 * Kills every process of a session: a shell on a terminal gives each of its jobs a group of its own, which a signal to the first group does not
 * reach. Without /proc that is left to the hang-up of their terminal.
 */
export function endSession(session: number | undefined): void {
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const members = session === undefined ? [] : findMembers(session);
    if (members.length === 0) return;
    for (const pid of members) kill(pid);
  }
}

function findMembers(session: number): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && isMember(pid, session));
  } catch {
    return [];
  }
}

/** proc(5), stat: `state` is field 3 and `session` field 6; the name before them may hold anything. A zombie has ended. */
function isMember(pid: number, session: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , , of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return of === String(session) && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, or is another user's, which no signal of ours reaches.
    return;
  }
}
