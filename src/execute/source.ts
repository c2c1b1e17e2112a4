import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';
import type { Readable } from 'node:stream';
import { PIPE_BYTES } from '../model/child-pipes.js';

/** What a child writes, as it comes. */
export type Source = {
  /** Gives what comes to `take`, whose bytes they are until it calls `done`; calls `end` once, when nothing more comes. */
  read(take: (bytes: Buffer, done: () => void) => void, end: () => void): void;
  pause(): void;
  resume(): void;
  /** Gives up what is left. */
  destroy(): void;
};

/** Fewer bytes are copied, so that a room of PIPE_BYTES does not wait with them to be written. */
const FEW_BYTES = 16_384;

/** A stream of Node's, each of whose chunks has its own room. */
export function readStream(stream: Readable): Source {
  return {
    read(take, end) {
      stream.on('data', (chunk: Buffer) => take(chunk, () => undefined));
      whenOver(stream, end);
    },
    ...steer(stream),
  };
}

/** The read end of a pipe, which is non-blocking. A few rooms are read into in turn: one for each chunk would be tens of megabytes before they are collected. */
export function readPipe(descriptor: number): Source {
  const rooms: Uint8Array[] = [];
  let give: Parameters<Source['read']>[0] = (_, done) => done();
  // The types know `onread` for sockets that connect alone (nodejs.org/docs/latest-v20.x/api/net.html, lib/net.js: for all).
  const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
    fd: descriptor,
    readable: true,
    writable: false,
    onread: {
      buffer: () => rooms.pop() ?? Buffer.allocUnsafeSlow(PIPE_BYTES),
      callback(count, room) {
        const bytes = Buffer.from(room.buffer, room.byteOffset, count);
        const free = () => void rooms.push(room);
        if (count < FEW_BYTES) {
          free();
          give(Buffer.from(bytes), () => undefined);
        } else give(bytes, free);
        return true;
      },
    },
  };
  const socket = new Socket(options);
  return {
    read(take, end) {
      give = take;
      whenOver(socket, end);
      socket.resume();
    },
    ...steer(socket),
  };
}

function steer(stream: Readable): Omit<Source, 'read'> {
  return { pause: () => void stream.pause(), resume: () => void stream.resume(), destroy: () => void stream.destroy() };
}

function whenOver(stream: Readable, end: () => void): void {
  stream.once('error', () => stream.destroy());
  const finish = () => {
    stream.off('end', finish).off('close', finish);
    end();
  };
  stream.on('end', finish).on('close', finish);
}
