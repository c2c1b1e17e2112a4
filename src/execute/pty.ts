import { closeSync, existsSync, readSync, realpathSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import { findCode } from '../model/error-code.js';
import type { Pseudoterminal, Pty, TerminalSize } from './terminal.js';

/** The optional package, and the parts of it with its native module, one for each system. */
const PACKAGE = '@lydell/node-pty';
const NATIVE = 'pty.node';
/** More than a pseudo-terminal ever gives at once. */
const REST_BYTES = 65_536;

/** The native module's own functions (node-pty, src/native.d.ts), as far as they are called. They throw where the system refuses. */
type Binding = {
  open(columns: number, rows: number): { readonly master: number; readonly slave: number; readonly pty: string };
  resize(descriptor: number, columns: number, rows: number): void;
};

/**
 * Loads what makes pseudo-terminals, and makes one to see that it can. ISOLATION_UNAVAILABLE where the optional package is not installed for this
 * system. It is looked for beside the folder that outloop is installed in and nowhere else: neither NODE_PATH nor a folder above the caller's is asked.
 */
export function loadPty(installation: string): Pty | Denial {
  const binding = loadBinding(installation);
  if (isDenial(binding)) return binding;
  const pty = { open: (size: TerminalSize) => openPseudoterminal(binding, size) };
  try {
    const { master, slave } = binding.open(1, 1);
    closeSync(master);
    closeSync(slave);
    return pty;
  } catch {
    return deny('ISOLATION_UNAVAILABLE', { detail: 'it is to have a terminal, and this system gives no pseudo-terminal' });
  }
}

function loadBinding(installation: string): Binding | Denial {
  const path = findNative(installation);
  const holder: { exports: unknown } = { exports: {} };
  try {
    // Not `require`, which would look the name up, and has hooks.
    if (path !== null) process.dlopen(holder, path);
  } catch {
    return deny('ISOLATION_UNAVAILABLE', { detail: `it is to have a terminal, and ${PACKAGE} does not load on this system` });
  }
  if (isBinding(holder.exports)) return holder.exports;
  return deny('ISOLATION_UNAVAILABLE', {
    detail: `it is to have a terminal, and the optional package ${PACKAGE} is not installed for this system`,
  });
}

function isBinding(loaded: unknown): loaded is Binding {
  if (typeof loaded !== 'object' || loaded === null) return false;
  return 'open' in loaded && typeof loaded.open === 'function' && 'resize' in loaded && typeof loaded.resize === 'function';
}

/** Where npm and pnpm put it: below outloop's folder or beside it, and its native part beside its real place or below that. */
function findNative(installation: string): string | null {
  const folder = realpathSync(installation);
  const part = `${basename(PACKAGE)}-${process.platform}-${process.arch}`;
  const beside = basename(dirname(folder)) === 'node_modules' ? [dirname(folder)] : [];
  for (const modules of [join(folder, 'node_modules'), ...beside]) {
    const found = join(modules, PACKAGE);
    if (!existsSync(found)) continue;
    const real = realpathSync(found);
    const places = [join(real, 'node_modules', dirname(PACKAGE), part), join(dirname(real), part)];
    return places.map((place) => join(place, NATIVE)).find((path) => existsSync(path)) ?? null;
  }
  return null;
}

/** The master is not marked close-on-exec: nothing may be spawned from here to `close` that is not to have it. */
function openPseudoterminal(binding: Binding, { columns, rows }: TerminalSize): Pseudoterminal {
  const { master, slave, pty: path } = binding.open(columns, rows);
  const source = new ReadStream(master);
  let isHeld = true;
  let isOpen = true;
  const release = () => {
    if (isHeld) closeSync(slave);
    isHeld = false;
  };
  return {
    path,
    slave,
    output: readAll(source, master),
    write(bytes) {
      if (!isOpen) return bytes.length;
      try {
        return writeSync(master, bytes);
      } catch (error) {
        // Whoever reads nobody's input drops it; a full queue takes it later.
        return findCode(error) === 'EAGAIN' ? 0 : bytes.length;
      }
    },
    resize(size) {
      try {
        if (isOpen) binding.resize(master, size.columns, size.rows);
      } catch {
        // A terminal of the old size is one still.
        return;
      }
    },
    release,
    close() {
      release();
      isOpen = false;
      source.destroy();
    },
  };
}

/**
 * What comes out, to its very end. libuv takes a hang-up for the end after a read that did not fill its buffer (uv__stream_io, UV_HANDLE_READ_PARTIAL),
 * and a pseudo-terminal fills none: what is left then is read here. Linux says the end by EIO.
 */
function readAll(source: ReadStream, master: number): Readable {
  // At its own end the stream would close the descriptor that is read once more.
  source.allowHalfOpen = true;
  const output = new Readable({
    read: () => source.resume(),
    destroy: (error, done) => {
      source.destroy();
      done(error);
    },
  });
  let isDone = false;
  const end = () => {
    if (!isDone) output.push(null);
    isDone = true;
  };
  source.on('data', (chunk: Buffer) => {
    if (!output.push(chunk)) source.pause();
  });
  source.on('end', () => {
    for (const chunk of readRest(master)) output.push(chunk);
    end();
  });
  source.on('error', end).on('close', end);
  return output;
}

function* readRest(master: number): Generator<Buffer> {
  for (;;) {
    const buffer = Buffer.allocUnsafe(REST_BYTES);
    try {
      const length = readSync(master, buffer, 0, REST_BYTES, null);
      if (length === 0) return;
      yield buffer.subarray(0, length);
    } catch {
      return;
    }
  }
}
