import { closeSync, constants, openSync } from 'node:fs';
import { findJsonFault } from '../model/find-json-fault.js';
import type { GivenParam } from '../model/run.js';
import type { Json } from '../model/service.js';
import { readInput } from './read-input.js';

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
    return unreadable(path.trimStart().startsWith('{') ? 'it takes a FILE, or - for standard input' : 'the file cannot be read');
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
  if (path === '-') return readInput(0, MAX_BYTES);
  const descriptor = openSync(path, constants.O_RDONLY);
  try {
    return readInput(descriptor, MAX_BYTES);
  } finally {
    closeSync(descriptor);
  }
}
