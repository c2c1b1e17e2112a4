import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { kill } from 'node:process';
import { findCode } from '../model/error-code.js';

/** A process as a limit file names it: `start` is its start time where the system tells one, so that a reused id is known for what it is. */
export type ProcessMark = { readonly pid: number; readonly start: string | null };

/**
 * When a process started, in the kernel's ticks since boot as text; null where there is no /proc or no such process, or it
 * is a zombie. Two processes that had the same id one after the other differ in it.
 */
export function readProcessStart(pid: number): string | null {
  const fields = readStat(pid);
  const state = fields?.[0];
  if (fields === null || state === undefined || state === 'Z' || state === 'X') return null;
  return fields[19] ?? null;
}

/** Whether the marked process still runs. Without /proc, or without a known start, any process of that id counts: it keeps its place. */
export function isAlive({ pid, start }: ProcessMark): boolean {
  if (existsSync('/proc/self/stat')) {
    const now = readProcessStart(pid);
    return now !== null && (start === null || start === now);
  }
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return findCode(error) !== 'ESRCH';
  }
}

const DIGITS = /[0-9]+/;

/** This process's pid namespace (namespaces(7)): the number in `pid:[4026531836]`; `0` where the system does not tell. A process id says nothing in another one. */
export function readPidNamespace(): string {
  try {
    return DIGITS.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

/**
 * The fields of /proc/<pid>/stat from the state on (proc(5), field 3; the start time is field 22). The second field, the
 * command's name, may hold spaces and parentheses: the last `)` ends it.
 */
function readStat(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
