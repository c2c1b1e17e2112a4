import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { giveBackOnSignal } from './give-back-terminal.js';

const CR = 0x0d;
const LF = 0x0a;
const CTRL_C = 0x03;
const CTRL_D = 0x04;
/** The prompt hides the cursor (xterm's control sequences, DECTCEM). */
const SHOW_CURSOR = '\u001b[?25h';
/** A terminal hands a paste over in pieces; between two of them less time passes, also over a network. */
const QUIET_MS = 100;
/** Whatever goes on for longer than 10 s is no paste. */
const MAX_LOOKS = 100;

/**
 * One line, typed on the terminal without echo. Null where further text came with its end, as of a key that was pasted whole: none of it is kept, and
 * the rest is read and dropped, so that no shell gets it. The bytes are the caller's to wipe. A signal that ends us finds the terminal given back.
 */
export async function typeSecret(question: string): Promise<Buffer | null> {
  const { default: password } = await import('@inquirer/password');
  const { stdin } = process;
  let hasEnded = false;
  let further = 0;
  // The prompt lets go of the terminal when it ends; what comes after it would show then.
  const setRawMode = (raw: boolean) => void (raw && stdin.setRawMode(true));
  const line = Object.assign(new PassThrough(), { setRawMode });
  const take = (chunk: Buffer) => {
    const end = hasEnded ? 0 : findLineEnd(chunk);
    // The prompt would wait for ever behind the end of its input, and gives up at the other.
    if (!hasEnded) line.write(chunk.subarray(0, end ?? chunk.length).map((byte) => (byte === CTRL_D ? CTRL_C : byte)));
    if (end === null) return;
    hasEnded = true;
    further += chunk.subarray(end).filter((byte) => byte !== CR && byte !== LF).length;
  };
  const close = () => line.end();
  const release = giveBackOnSignal(() => {
    stdin.setRawMode(false);
    writeSync(2, `${SHOW_CURSOR}\n`);
  });
  // A question before this one has paused it.
  stdin.on('data', take).once('end', close).resume();
  try {
    const typed = await password({ message: question, mask: false }, { input: line, output: process.stderr });
    for (let looks = 0, before = -1; before !== further && looks < MAX_LOOKS; looks++) {
      before = further;
      await pause(QUIET_MS);
    }
    return further === 0 ? Buffer.from(typed) : null;
  } finally {
    stdin.off('data', take).off('end', close);
    stdin.setRawMode(false);
    stdin.pause();
    release();
  }
}

/** Where a chunk goes on after its first line end, as a key or a paste gives it; null where it has none. */
function findLineEnd(chunk: Buffer): number | null {
  const at = chunk.findIndex((byte) => byte === CR || byte === LF);
  return at < 0 ? null : at + 1;
}
