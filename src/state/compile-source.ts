import { inside } from '../model/inside.js';
import type { ConfigProblem } from '../model/problem.js';
import { formatProblem } from '../model/problem.js';
import type { State } from './open-state.js';
import { readPrivateFile } from './private-file.js';
import { readSealed, writeSealed } from './seal.js';
import type { SealKey } from './seal.js';
import { hashBytes } from './sources.js';

/** A source's bytes with their SHA-256 (hex). */
export type SourceText = { readonly kind: 'ok'; readonly bytes: Buffer; readonly sha256: string };

/** A service or tenant file larger than this is refused. */
export const MAX_SOURCE_BYTES = 8 * 1024 * 1024;

/** Reads a source under the checks of `readPrivateFile`; `file` is its path within the configuration (`services/x.yaml`). */
export function readSource(
  state: State,
  file: string,
  othersMayWrite = false,
): SourceText | { readonly kind: 'absent' } | { readonly kind: 'refused'; readonly why: string } {
  const read = readPrivateFile(inside(state.paths.config, file), { uid: state.uid, maxBytes: MAX_SOURCE_BYTES, othersMayWrite });
  return read.kind === 'ok' ? { kind: 'ok', bytes: read.bytes, sha256: hashBytes(read.bytes) } : read;
}

/**
 * The compiled form of exactly these bytes: from `compiled/`, or compiled now and kept there when that can be written. What
 * is kept is bound by its seal to the file's path and content, so it cannot answer for another.
 */
export async function compileSource<T>(
  state: State,
  key: SealKey,
  source: { readonly file: string; readonly text: SourceText },
  compile: (file: string, bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  const path = inside(state.paths.compiled, `${source.file}.json`);
  const about = ['source', source.file, source.text.sha256];
  const kept = readSealed(state, key, path, about);
  if (kept !== null) return kept as T;
  const compiled = await compile(source.file, source.text.bytes);
  writeSealed(key, path, about, compiled);
  // As the next run will read it: JSON has no undefined and no -0.
  return JSON.parse(JSON.stringify(compiled)) as T;
}

/** A file that is refused before its content is looked at. */
export function faultProblem(file: string, message: string): ConfigProblem {
  return { file, line: null, column: null, key: '', message, suggestion: null };
}

/** The first problem, and how many more there are, as a CONFIG_INVALID detail. */
export function summarizeProblems(file: string, problems: readonly ConfigProblem[]): string {
  const [first] = problems;
  if (first === undefined) return `${file} is not valid`;
  return problems.length === 1 ? formatProblem(first) : `${formatProblem(first)}, and ${problems.length - 1} more`;
}
