import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import { findCode } from '../model/error-code.js';
import type { TimeLimit } from './time-limit.js';
import { describeBreak, dropResponse } from './http-exchange.js';

/** A decoded body that is pulled. One `read` at a time. */
export type AnswerBody = {
  /** The next bytes, never none, owned by the caller; null at the end; a Denial when the body broke off or passed a limit. */
  readonly read: () => Promise<Uint8Array | null | Denial>;
  /** Gives up what is left and closes the connection; may be called again. */
  readonly close: () => void;
  /** Aborts when the request's time is over, or its caller gives up. */
  readonly ending: AbortSignal;
};

/** What a body is read with. `host` is for a denial's facts. */
export type BodyReading = { readonly method: string; readonly host: string; readonly maxBytes: number; readonly limit: TimeLimit };

/** zlib's word for an input that ends too early. */
const UNEXPECTED_END = 'Z_BUF_ERROR';
const WITHHELD = 'the encoding of the answer cannot be undone safely';

/**
 * The answer's body, decoded as it is pulled, so that a slow reader slows the service and a compressed one never unfolds past `maxBytes`. One gzip,
 * deflate or br coding is undone; any other, and more than one, is OUTPUT_WITHHELD. Closing it ends `limit` and the connection.
 */
export async function openBody(response: IncomingMessage, reading: BodyReading): Promise<AnswerBody | Denial> {
  if (!hasBody(response, reading.method)) return closeAtEnd([], response, reading.limit);
  const coding = readCoding(response);
  if (coding === null) return deny('OUTPUT_WITHHELD', { detail: WITHHELD });
  const declared = Number(response.headers['content-length'] ?? 0);
  if (coding === 'identity' && declared > reading.maxBytes) return deny('OUTPUT_LIMIT', { maxBytes: reading.maxBytes });
  return pull(coding === 'identity' ? { source: response, isEmpty: () => false } : await decode(response, coding), response, reading);
}

/** The whole body; OUTPUT_LIMIT and breaks come back as the Denial that `read` gave. The body is closed. */
export async function collectBody(body: AnswerBody): Promise<Uint8Array | Denial> {
  const chunks: Uint8Array[] = [];
  try {
    for (;;) {
      const chunk = await body.read();
      if (chunk === null) return Buffer.concat(chunks);
      if (isDenial(chunk)) return chunk;
      chunks.push(chunk);
    }
  } finally {
    body.close();
  }
}

type Coding = 'identity' | 'gzip' | 'deflate' | 'br';

function readCoding(response: IncomingMessage): Coding | null {
  const transfer = response.headers['transfer-encoding'] ?? 'chunked';
  if (transfer.trim().toLowerCase() !== 'chunked') return null;
  const content = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  switch (content) {
    case '':
    case 'identity':
      return 'identity';
    case 'x-gzip': // RFC 9110 §8.4.1.3
    case 'gzip':
      return 'gzip';
    case 'deflate':
    case 'br':
      return content;
    default:
      return null;
  }
}

/** RFC 9112 §6.3: these answers end with their header section. */
function hasBody(response: IncomingMessage, method: string): boolean {
  return method !== 'HEAD' && response.statusCode !== 204 && response.statusCode !== 304;
}

/** `isEmpty`: whether there was nothing to decode, which no decoder takes for a whole body and every client does. */
type Decoded = { readonly source: Readable; readonly isEmpty: () => boolean };

async function decode(response: IncomingMessage, coding: Exclude<Coding, 'identity'>): Promise<Decoded> {
  const { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } = await import('node:zlib');
  const { pipeline } = await import('node:stream');
  const isBare = coding === 'deflate' && (await isBareDeflate(response));
  const inflate = isBare ? createInflateRaw : createInflate;
  const decoder = coding === 'br' ? createBrotliDecompress() : coding === 'gzip' ? createGunzip() : inflate();
  let isEmpty = true;
  response.once('data', () => (isEmpty = false));
  // Errors are met where the decoder is read.
  pipeline(response, decoder, () => undefined);
  return { source: decoder, isEmpty: () => isEmpty };
}

/** RFC 9110 §8.4.1.2: some send the stream alone. What stands before it otherwise begins with a byte whose low half says 8 (RFC 1950 §2.2). */
async function isBareDeflate(response: IncomingMessage): Promise<boolean> {
  try {
    const first = await readChunk(response);
    if (first === null) return false;
    response.unshift(first);
    return ((first[0] ?? 0) & 0x0f) !== 8;
  } catch {
    // The decoder meets the same error where it is read.
    return false;
  }
}

function pull({ source, isEmpty }: Decoded, response: IncomingMessage, { host, maxBytes, limit }: BodyReading): AnswerBody {
  let size = 0;
  let over: null | Denial | 'end' = null;
  const finish = <T extends null | Denial>(ending: T): T => {
    over = ending ?? 'end';
    closeAtEnd([source], response, limit).close();
    return ending;
  };
  return {
    read: async () => {
      if (over !== null) return over === 'end' ? null : over;
      try {
        const chunk = await readChunk(source);
        if (limit.signal.aborted) return finish(limit.ended());
        if (chunk === null) return finish(response.complete ? null : describeBreak(host, ''));
        size += chunk.length;
        return size > maxBytes ? finish(deny('OUTPUT_LIMIT', { maxBytes })) : chunk;
      } catch (error) {
        const code = findCode(error) ?? '';
        if (code === UNEXPECTED_END && isEmpty() && response.complete) return finish(limit.ended());
        return finish(limit.ended() ?? describeBodyFailure(host, code));
      }
    },
    ending: limit.signal,
    close: () => {
      if (over === null) finish(describeBreak(host, ''));
    },
  };
}

/** The stream's next bytes, null once it has ended or was closed; rejects with its error. Its async iterator would cost a run a millisecond more. */
function readChunk(source: Readable): Promise<Uint8Array | null> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      source.off('readable', look).off('end', look).off('close', look).off('error', look);
      act();
    };
    const look = (): void => {
      const chunk: unknown = source.destroyed ? null : source.read();
      const failure = source.errored;
      if (failure)
        settle(() => {
          reject(failure);
        });
      else if (chunk instanceof Uint8Array && chunk.length > 0)
        settle(() => {
          resolve(chunk);
        });
      else if (source.readableEnded || source.destroyed)
        settle(() => {
          resolve(null);
        });
    };
    source.on('readable', look).on('end', look).on('close', look).on('error', look);
    look();
  });
}

function describeBodyFailure(host: string, code: string): Denial {
  // Every other one of a decoder means damaged bytes.
  if (code === UNEXPECTED_END) return describeBreak(host, '');
  const damaged =
    code.startsWith('Z_') || code.startsWith('ERR__ERROR_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR_PADDING');
  return damaged ? deny('OUTPUT_WITHHELD', { detail: WITHHELD }) : describeBreak(host, code);
}

function closeAtEnd(sources: readonly Readable[], response: IncomingMessage, limit: TimeLimit): AnswerBody {
  const close = (): void => {
    limit.close();
    for (const source of sources) source.destroy();
    dropResponse(response);
  };
  return {
    read: () => {
      close();
      return Promise.resolve(null);
    },
    ending: limit.signal,
    close,
  };
}
