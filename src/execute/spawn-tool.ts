import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { SHELL, SHELL_LINE } from '../model/limiting-shell.js';
import { readBeginning } from './read-beginning.js';

/** What the shell's line gives. */
const UMASK = 0o077;
/** proc(5), limits: a title, the soft limit, the hard one. */
const NO_CORE = /^Max core file size +0 +0 /m;
const LIMITS_BYTES = 2048;
/** elf(5): the magic number with the class of 64 bits and the lower byte first, and the machine's number. */
const ELF = '\x7fELF\x02\x01';
const ELF_MACHINE_AT = 18;
const ELF_MACHINES: Readonly<Record<string, string>> = { x64: '\x3e\0', arm64: '\xb7\0' };

/**
 * Starts it with a umask of 077 and without core dumps: by the shell, but where we have these limits ourselves and the kernel can start it. Of what cannot be started the shell says what is
 * wrong, and takes what is neither a program nor names its interpreter for its own script (execvp(3) would take a program for another machine for one too).
 */
export function spawnTool(argv: readonly string[], how: SpawnOptions): ChildProcess {
  const [tool = '', ...args] = argv;
  const started = isLimited() && isProgram(tool) ? trySpawn(tool, args, how) : null;
  return started ?? spawn(SHELL, ['-c', SHELL_LINE, 'outloop', ...argv], how);
}

function trySpawn(tool: string, args: readonly string[], how: SpawnOptions): ChildProcess | null {
  try {
    const child = spawn(tool, args, how);
    if (child.pid !== undefined) return child;
    // Node tells some errors so, and throws others.
    child.on('error', () => undefined);
  } catch {
    // Its text would hold the arguments.
  }
  return null;
}

/** Whether this process has what the shell's line gives, and so has its child: a run that the launcher started leaves no core dump itself. */
function isLimited(): boolean {
  try {
    return process.umask() === UMASK && NO_CORE.test(readBeginning('/proc/self/limits', LIMITS_BYTES));
  } catch {
    return false;
  }
}

/** Whether it names its interpreter, or is an ELF file for this machine. */
function isProgram(path: string): boolean {
  try {
    const head = readBeginning(path, ELF_MACHINE_AT + 2);
    return head.startsWith('#!') || (head.startsWith(ELF) && head.slice(ELF_MACHINE_AT) === ELF_MACHINES[process.arch]);
  } catch {
    return false;
  }
}
