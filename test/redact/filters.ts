import { join } from 'node:path';
import { PAUSE_MS, type ByteFilter } from '../../src/model/byte-filter.js';
import { makeEngines, type Engine } from '../../src/redact/engine.js';
import { EngineStream } from '../../src/redact/engine-stream.js';
import { gradually } from '../../src/redact/lazily.js';
import type { Scanner, Search } from '../../src/redact/scanner.js';
import { openScriptScanner } from '../../src/redact/script-scanner.js';
import { openStreamFilter } from '../../src/redact/stream-filter.js';
import { compileScanner, openWasmScanner } from '../../src/redact/wasm-scanner.js';

export const SCANNER = join(import.meta.dirname, '../../dist/scanner.wasm');
export { PAUSE_MS };

export type Kind = 'script' | 'wasm';

/** The engines for these secrets, made at once. */
export function buildEngines(secrets: readonly Uint8Array[]) {
  return gradually(() => makeEngines(secrets)).value;
}

/** Opens a scanner of either kind; there is no test without the compiled one. */
export function openScanner(kind: Kind, search: Search): Scanner {
  if (kind === 'script') return openScriptScanner(search);
  const module = compileScanner(SCANNER);
  if (module === null) throw new Error('the compiled scanner cannot be loaded');
  return openWasmScanner(module, search);
}

/** A filter for one secret called `k` that uses one kind of scanner from the first byte on. */
export function openFilterOf(kind: Kind, secret: Uint8Array): ByteFilter {
  const engines = enginesFor(secret);
  const eyes = engines.map((engine) => ({ stream: new EngineStream(engine), scanner: openScanner(kind, engine) }));
  return openStreamFilter({ eyes, replacements: [Buffer.from('[redacted:k]')], faster: null });
}

const built = new Map<string, readonly Engine[]>();

/** Engines are made once for each secret: many filters share them. */
function enginesFor(secret: Uint8Array): readonly Engine[] {
  const key = Buffer.from(secret).toString('latin1');
  const engines = built.get(key) ?? buildEngines([secret]).engines;
  built.set(key, engines);
  return engines;
}

/** What comes out of a filter for these chunks. */
export function pass(filter: ByteFilter, chunks: readonly Uint8Array[]): Buffer {
  const out = chunks.map((chunk) => Buffer.concat(filter.write(chunk)));
  return Buffer.concat([...out, Buffer.concat(filter.end())]);
}

/** What comes out where the bytes come one by one, with a pause behind each. */
export function passSlowly(filter: ByteFilter, bytes: Uint8Array): Buffer {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at++) {
    out.push(...filter.write(bytes.subarray(at, at + 1)));
    if (filter.waits) out.push(...filter.pause());
  }
  return Buffer.concat([...out, ...filter.end()]);
}

/** The same bytes cut at these places, whatever their order. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other), bytes.length];
  return sorted.slice(1).map((place, i) => bytes.subarray(sorted[i], place));
}
