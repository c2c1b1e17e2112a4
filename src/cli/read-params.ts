import { closeSync, constants, openSync, readSync } from 'node:fs';
import { findJsonFault } from '../model/find-json-fault.js';
import type { GivenParam } from '../model/run.js';
import type { Json } from '../model/service.js';

/** A `--params` file is at most this long. */
const MAX_BYTES = 1024 * 1024;
/** As deep as a JSON parameter may nest, and the object around them. */
const MAX_DEPTH = 65;

/** Parameters, or what is wrong with their file in words that hold nothing of it. */
export type ParamsFile =
  { readonly kind: 'ok'; readonly params: readonly GivenParam[] } | { readonly kind: 'unreadable'; readonly detail: string };

/** Reads `--params FILE`, or standard input for `-`, as the caller: one JSON object whose keys are parameter names. Waits for the input's end. */
export function readParamsFile(path: string): ParamsFile {
  const unreadable = (detail: string): ParamsFile => ({ kind: 'unreadable', detail: `--params: ${detail}` });
  let bytes: Buffer | null;
  try {
    bytes = readAtMost(path);
  } catch {
    return unreadable('the file cannot be read');
  }
  if (bytes === null) return unreadable(`the file is longer than ${MAX_BYTES} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unreadable('the file is not UTF-8');
  }
  const fault = findJsonFault(text, MAX_DEPTH);
  if (fault !== null) return unreadable(fault);
  const value = JSON.parse(text) as Json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return unreadable('the file must hold one JSON object');
  return { kind: 'ok', params: Object.entries(value).map(([name, given]) => ({ name, kind: 'json', value: given })) };
}

/** A FIFO is read to its end, as `cat` does; a directory throws. Null when there is more than may be. */
function readAtMost(path: string): Buffer | null {
  const descriptor = path === '-' ? 0 : openSync(path, constants.O_RDONLY);
  try {
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    while (length < buffer.length) {
      const read = readSome(descriptor, buffer, length);
      if (read === 0) return buffer.subarray(0, length);
      length += read;
    }
    return null;
  } finally {
    if (path !== '-') closeSync(descriptor);
  }
}

/** Standard input may be non-blocking: EAGAIN means that nothing is there yet. */
function readSome(descriptor: number, buffer: Buffer, at: number): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, at, buffer.length - at, null);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
