import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openStatusDescriptor } from '../../src/cli/status-descriptor.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const { O_CREAT, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
let home: string;
beforeEach(() => {
  home = temporaryHome();
});

function open(path: string, flags: number): number {
  const descriptor = openSync(path, flags, 0o600);
  onTestFinished(() => closeSync(descriptor));
  return descriptor;
}

function makeFifo(): string {
  const fifo = join(home, 'fifo');
  execFileSync('mkfifo', [fifo]);
  return fifo;
}

describe('a descriptor for the status record', () => {
  test('may be a regular file, which gets the whole line', async () => {
    const path = join(home, 'record');
    await openStatusDescriptor(open(path, O_WRONLY | O_CREAT))?.write('{"v":1}\n');
    expect(readFileSync(path, 'utf8')).toBe('{"v":1}\n');
  });

  test('may be a pipe', async () => {
    const descriptor = open(makeFifo(), O_RDWR | O_NONBLOCK);
    await openStatusDescriptor(descriptor)?.write('{"v":1}\n');
    const bytes = Buffer.alloc(100);
    expect(bytes.toString('utf8', 0, readSync(descriptor, bytes))).toBe('{"v":1}\n');
  });

  test.runIf(process.platform === 'linux')('is none of those that Node opened for itself', () => {
    const pipes = readdirSync('/proc/self/fd').flatMap((name) => {
      try {
        return [{ descriptor: Number(name), target: readlinkSync(`/proc/self/fd/${name}`) }];
      } catch {
        return [];
      }
    });
    const own = pipes.filter(
      ({ descriptor, target }) =>
        descriptor > 2 &&
        target.startsWith('pipe:') &&
        pipes.some((other) => other.descriptor !== descriptor && other.descriptor > 2 && other.target === target),
    );
    expect(own.length).toBeGreaterThan(0);
    for (const { descriptor } of own) expect(openStatusDescriptor(descriptor)).toBeNull();
  });

  test('is open, writable, and no folder or device', () => {
    const path = join(home, 'record');
    open(path, O_WRONLY | O_CREAT);
    expect(openStatusDescriptor(open(path, O_RDONLY))).toBeNull();
    expect(openStatusDescriptor(open(home, O_RDONLY))).toBeNull();
    expect(openStatusDescriptor(open('/dev/null', O_WRONLY))).toBeNull();
    expect(openStatusDescriptor(999_999_999)).toBeNull();
    const closed = openSync(path, O_WRONLY);
    closeSync(closed);
    expect(openStatusDescriptor(closed)).toBeNull();
  });

  test('whose reader does not read is given up after a while, and one whose reader is gone at once', async () => {
    const fifo = makeFifo();
    const reader = openSync(fifo, O_RDONLY | O_NONBLOCK);
    const status = openStatusDescriptor(open(fifo, O_WRONLY | O_NONBLOCK));
    const before = Date.now();
    await status?.write('x'.repeat(1024 * 1024));
    const waitedMs = Date.now() - before;
    expect(waitedMs).toBeGreaterThan(500);
    closeSync(reader);
    const gone = Date.now();
    await status?.write('x'.repeat(1024 * 1024));
    expect(Date.now() - gone).toBeLessThan(waitedMs);
  });
});
