import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_LINE_BYTES, hashLine } from './record.js';

/**
 * One line of a file. `number` counts from 1; `start` and `end` are offsets, `end` after the newline. `bytes` is without it,
 * and null for a line that is longer than a record can be; `sha` is that of the whole line all the same. `whole` is false
 * for what follows the last newline.
 */
export type Line = {
  readonly number: number;
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer | null;
  readonly sha: string;
  readonly whole: boolean;
};

const CHUNK_BYTES = 262_144;
/** More than this of one line is never held. */
const MAX_HELD_BYTES = 4 * MAX_LINE_BYTES;
/** A line over this many whole chunks is too long already; holding more of it would only cost memory. */
const MAX_PIECES = 2;

/**
 * Reads a file's lines in batches, as many as a chunk holds. Memory stays bounded whatever the file holds. Throws what the
 * file system throws, ELOOP for a symlink, and EINVAL for anything else that is not a file.
 */
export async function* walkLines(auditDir: string, file: string): AsyncGenerator<readonly Line[]> {
  const handle = await openFile(auditDir, file);
  try {
    const cutter = new LineCutter();
    for (let offset = 0; ;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, offset);
      if (bytesRead === 0) break;
      offset += bytesRead;
      yield cutter.take(chunk.subarray(0, bytesRead));
    }
    yield cutter.end();
  } finally {
    await handle.close();
  }
}

/**
 * The same file's whole lines from the last to the first, without numbers or hashes; lines that are too long to be records,
 * and what follows the last newline, are left out.
 */
export async function* walkLinesBackward(auditDir: string, file: string): AsyncGenerator<Buffer> {
  const handle = await openFile(auditDir, file);
  try {
    let pieces: Buffer[] | null = null;
    for (let end = (await handle.stat()).size; end > 0;) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const chunk = Buffer.allocUnsafe(end - start);
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, start);
      if (bytesRead < chunk.length) return;
      let stop = chunk.length;
      for (let newline = chunk.lastIndexOf(0x0a); newline >= 0; newline = stop === 0 ? -1 : chunk.lastIndexOf(0x0a, stop - 1)) {
        if (pieces !== null) yield* joinLine(chunk.subarray(newline + 1, stop), pieces);
        pieces = [];
        stop = newline;
      }
      pieces?.unshift(chunk.subarray(0, stop));
      if (pieces !== null && pieces.length > MAX_PIECES) pieces.length = MAX_PIECES;
      end = start;
    }
    if (pieces !== null) yield* joinLine(Buffer.alloc(0), pieces);
  } finally {
    await handle.close();
  }
}

function joinLine(first: Buffer, rest: readonly Buffer[]): readonly Buffer[] {
  const line = Buffer.concat([first, ...rest]);
  return line.length === 0 || line.length >= MAX_LINE_BYTES ? [] : [line];
}

class LineCutter {
  #pieces: Buffer[] = [];
  #held = 0;
  #long: ReturnType<typeof createHash> | null = null;
  #number = 0;
  #start = 0;
  #offset = 0;

  take(chunk: Buffer): readonly Line[] {
    const lines: Line[] = [];
    for (let from = 0; from < chunk.length;) {
      const newline = chunk.indexOf(0x0a, from);
      const stop = newline < 0 ? chunk.length : newline;
      this.#hold(chunk.subarray(from, stop));
      this.#offset += stop - from;
      if (newline < 0) break;
      this.#offset += 1;
      lines.push(this.#line(true));
      from = newline + 1;
    }
    return lines;
  }

  end(): readonly Line[] {
    return this.#offset === this.#start ? [] : [this.#line(false)];
  }

  #hold(piece: Buffer): void {
    if (this.#long === null && this.#held + piece.length > MAX_HELD_BYTES) {
      this.#long = createHash('sha256');
      for (const held of this.#pieces) this.#long.update(held);
      this.#pieces = [];
    }
    if (this.#long === null) this.#pieces.push(piece);
    else this.#long.update(piece);
    this.#held += piece.length;
  }

  #line(whole: boolean): Line {
    const bytes =
      this.#long === null
        ? this.#pieces.length === 1 && this.#pieces[0] !== undefined
          ? this.#pieces[0]
          : Buffer.concat(this.#pieces)
        : null;
    const sha = this.#long === null ? hashLine(bytes ?? Buffer.alloc(0)) : this.#long.digest('hex');
    const line = { number: ++this.#number, start: this.#start, end: this.#offset, bytes, sha, whole };
    this.#pieces = [];
    this.#held = 0;
    this.#long = null;
    this.#start = this.#offset;
    return line;
  }
}

async function openFile(auditDir: string, file: string): Promise<FileHandle> {
  const handle = await open(join(auditDir, file), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  let isFile = false;
  try {
    isFile = (await handle.stat()).isFile();
  } finally {
    if (!isFile) await handle.close();
  }
  if (isFile) return handle;
  throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' });
}
