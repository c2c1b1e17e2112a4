import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openCaptureSink, openDescriptorSink } from '../../src/cli/descriptor-sink.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const { O_CREAT, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
/** More than any pipe holds, and than the sink queues before it asks its writer to wait. */
const LONG = Buffer.from(Array.from({ length: 400_000 }, (_, i) => `${i} `).join(''));

let home: string;
beforeEach(() => {
  home = temporaryHome();
});

/** Both ends of a pipe of this process; `blocking`: a write waits for the reader. */
function openPipe(blocking: boolean): { readonly reader: number; readonly writer: number } {
  const fifo = join(home, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const reader = openSync(fifo, O_RDONLY | O_NONBLOCK);
  const writer = openSync(fifo, O_WRONLY | (blocking ? 0 : O_NONBLOCK));
  onTestFinished(() => closeSync(writer));
  return { reader, writer };
}

/** Reads until so many bytes have come, a little at a time. */
async function drain(reader: number, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let have = 0; have < length;) {
    const chunk = Buffer.alloc(50_000);
    try {
      const read = readSync(reader, chunk);
      chunks.push(chunk.subarray(0, read));
      have += read;
    } catch {
      // Nothing there yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return Buffer.concat(chunks);
}

describe.each([
  ['that waits', true],
  ['that does not wait', false],
])('a sink over a pipe %s', (_, blocking) => {
  test('writes everything in order, however slowly it is read, and asks its writer to wait meanwhile', async () => {
    const { reader, writer } = openPipe(blocking);
    const sink = openDescriptorSink(writer);
    expect(sink.write([Buffer.from('first ')])).toBe(true);
    // Pieces that no end of a write falls together with.
    for (let at = 0; at < LONG.length; at += 70_001) sink.write([LONG.subarray(at, at + 70_001)]);
    // More of them than one system call takes.
    for (const byte of ' last'.repeat(1000)) sink.write([Buffer.from(byte)]);
    expect(sink.write([Buffer.from('.')])).toBe(false);
    let drained = false;
    const done = sink.drained().then(() => (drained = true));
    // A reader that does not read stops neither timers nor signals.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(drained).toBe(false);
    const all = await drain(reader, 5007 + LONG.length);
    await done;
    expect(all.equals(Buffer.concat([Buffer.from('first '), LONG, Buffer.from(`${' last'.repeat(1000)}.`)]))).toBe(true);
    expect(sink.write([Buffer.from('again')])).toBe(true);
    await sink.drained();
    closeSync(reader);
  });

  test('lets its writer go on once what was written first is gone, and not before', async () => {
    const { reader, writer } = openPipe(blocking);
    const sink = openDescriptorSink(writer);
    const piece = Buffer.alloc(70_001, 'x');
    let written = piece.length;
    const give = (): boolean => {
      written += piece.length;
      return sink.write([piece]);
    };
    sink.write([piece]);
    while (give());
    expect(written).toBeLessThan(500_000);
    const order: string[] = [];
    const done = Promise.all([sink.room().then(() => order.push('room')), sink.drained().then(() => order.push('drained'))]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(order).toEqual([]);
    const first = await drain(reader, piece.length);
    await expect.poll(() => order, { timeout: 10_000 }).toEqual(['room']);
    await drain(reader, written - first.length);
    await done;
    expect(order).toEqual(['room', 'drained']);
    closeSync(reader);
  });

  test('says once that its reader is gone, and drops what comes after', async () => {
    const { reader, writer } = openPipe(blocking);
    const sink = openDescriptorSink(writer);
    let failures = 0;
    sink.onFailure(() => failures++);
    sink.write([LONG]);
    sink.write([LONG]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    closeSync(reader);
    await Promise.all([sink.room(), sink.drained()]);
    expect(failures).toBe(1);
    expect(sink.write([LONG])).toBe(true);
    await sink.drained();
    sink.onFailure(() => failures++);
    expect(failures).toBe(2);
  });
});

describe('a sink', () => {
  test('over a descriptor that is closed fails, and does not throw', async () => {
    const path = join(home, 'file');
    const descriptor = openSync(path, O_WRONLY | O_CREAT);
    closeSync(descriptor);
    const sink = openDescriptorSink(descriptor);
    let failed = false;
    sink.onFailure(() => (failed = true));
    sink.write([Buffer.from('x')]);
    await sink.drained();
    expect(failed).toBe(true);
  });

  test('over a file writes where the file stands', async () => {
    const path = join(home, 'file');
    const descriptor = openSync(path, O_WRONLY | O_CREAT);
    const sink = openDescriptorSink(descriptor);
    for (const text of ['a', 'b', 'c']) sink.write([Buffer.from(text)]);
    await sink.drained();
    closeSync(descriptor);
    expect(readFileSync(path, 'utf8')).toBe('abc');
  });

  test('that captures gives all it was given as text, a character in two pieces too', async () => {
    const sink = openCaptureSink();
    const buffer = Buffer.from('a\u00e9'.normalize());
    sink.write([buffer.subarray(0, 2)]);
    sink.write([buffer.subarray(2)]);
    await sink.drained();
    expect(sink.text()).toBe('aé');
  });
});
