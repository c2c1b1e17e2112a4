import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';
import { SHELL, SHELL_LINE } from '../model/limiting-shell.js';
import { endSession } from './end-session.js';
import { readStream } from './source.js';
import type { Start, Started } from './start.js';
import { chooseStdin } from './start.js';
import type { OpenCallerTerminal, Pseudoterminal, Pty } from './terminal.js';

/** A child that does not read what is typed is tried again after this time. */
const BUSY_MS = 10;

/**
 * The shell leads a session without a terminal, and what it opens first becomes the session's (Linux: tty_open; macOS: open(2) without O_NOCTTY). The
 * path comes through descriptor 3, and so after the process was copied: nothing of the terminal's other side is there to be inherited. It is kept in a
 * variable that no alias can set.
 */
const ADOPT = 'IFS= read -r OUTLOOP_PTY <&3 || exit 126; exec 3<&-';
const ALL_LINE = `${ADOPT}; exec 0<>"$OUTLOOP_PTY" 1>&0 2>&0 || exit 126; unset OUTLOOP_PTY; ${SHELL_LINE}`;
/** The caller's standard input is no terminal, or not the child's to read: it stays what it is. */
const OUTPUT_LINE = `${ADOPT}; exec 1<>"$OUTLOOP_PTY" 2>&1 || exit 126; unset OUTLOOP_PTY; ${SHELL_LINE}`;

/** Starts a command in a session of its own with a terminal of its own. What can go wrong is thrown, with nothing left running. */
export async function startOnTerminal({ argv, cwd, env, stdin }: Start, pty: Pty, openCaller: OpenCallerTerminal): Promise<Started> {
  const caller = await openCaller({ keys: stdin.kind === 'fd' });
  let pseudo: Pseudoterminal | null = null;
  try {
    const { keys } = caller;
    const line = keys === null ? OUTPUT_LINE : ALL_LINE;
    const input = keys === null ? chooseStdin(stdin) : 'ignore';
    const child = spawn(SHELL, ['-c', line, 'outloop', ...argv], {
      cwd,
      env,
      detached: true,
      stdio: [input, 'ignore', 'ignore', 'pipe'],
    });
    const path = child.stdio[3];
    if (!(path instanceof Writable)) throw new TypeError('no pipe');
    // A shell that could not be started shows in the child's own event.
    path.on('error', () => undefined);
    try {
      pseudo = pty.open(caller.size());
    } catch (error) {
      // The shell reads the end of its pipe, and ends.
      path.destroy();
      child.on('error', () => undefined);
      throw error;
    }
    const opened = pseudo;
    caller.imprint(opened.slave);
    path.end(`${opened.path}\n`);
    caller.onResize(() => opened.resize(caller.size()));
    const stopTyping = keys === null ? null : type(keys, opened);
    return {
      child,
      stdout: readStream(opened.output),
      stderr: null,
      onTerminal: true,
      onEnd: () => opened.release(),
      endRest: () => endSession(child.pid),
      close() {
        stopTyping?.();
        caller.close();
        opened.close();
      },
    };
  } catch (error) {
    pseudo?.close();
    caller.close();
    throw error;
  }
}

/** Types what comes, no faster than the child takes it. */
function type(keys: Readable, opened: Pseudoterminal): () => void {
  let timer: NodeJS.Timeout | null = null;
  const give = (bytes: Uint8Array) => {
    const taken = opened.write(bytes);
    if (taken >= bytes.length) {
      keys.resume();
      return;
    }
    keys.pause();
    timer = setTimeout(() => give(bytes.subarray(taken)), BUSY_MS);
  };
  keys.on('data', give);
  return () => {
    if (timer !== null) clearTimeout(timer);
    keys.off('data', give).pause();
  };
}
