import type { ByteFilter, Pieces } from '../model/byte-filter.js';
import { makeEngines, type Engine } from './engine.js';
import { EngineStream } from './engine-stream.js';
import { openExactFilter, type ExactParts } from './exact-filter.js';
import { listForms } from './forms.js';
import { gradually, lazily } from './lazily.js';
import { openScriptScanner } from './script-scanner.js';
import type { Scanner } from './scanner.js';
import { openStreamFilter } from './stream-filter.js';
import { compileScanner, openWasmScanner } from './wasm-scanner.js';

/** Bytes that must not come out, and the public name that stands in their place. Several may have one name: a secret and what a scheme made of it. */
export type RedactedSecret = { readonly name: string; readonly bytes: Uint8Array };

/** Hides secrets in whatever leaves outloop. */
export type Redactor = {
  /**
   * A filter for one stream; each stream has its own. It holds back what may begin a secret and nothing else, or, where `even`, always the same number of
   * bytes: whoever writes the stream as well as reads it would learn a secret from what waits, a character at a time.
   */
  open(even?: boolean): ByteFilter;
  /** Makes a little of what the first bytes of a stream would otherwise wait for, some ten milliseconds in all. False when there is nothing left to make. */
  prepare(): boolean;
  /** The same for what a longer stream needs besides. */
  prepareMore(): boolean;
  /** A whole text at once. */
  redact(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly count: number };
  redactText(text: string): string;
};

/**
 * A redactor for these secrets, in every form of docs/redaction.md. Each match becomes `[redacted:<name>]`; matches that overlap become one,
 * under the name of the first. It works on bytes: what holds no secret passes as it is. `scanner`: the compiled scanner's file, for long streams; null does without.
 */
export function createRedactor(secrets: readonly RedactedSecret[], scanner: string | null): Redactor {
  const parts = gradually(() => makeParts(secrets));
  const compiled = lazily(() => {
    allowBaselineCode();
    return scanner === null ? null : compileScanner(scanner);
  });
  const open = (even = false): ByteFilter =>
    secrets.length === 0 ? openPassage() : openLazily(() => openFilter(parts.value, compiled, even));
  const redact = (bytes: Uint8Array) => {
    const filter = open();
    const out = Buffer.concat([...filter.write(bytes), ...filter.end()]);
    return { bytes: out, count: filter.count };
  };
  const prepare = () => secrets.length > 0 && parts.advance();
  const prepareMore = () => secrets.length > 0 && parts.value.engines.some((engine) => engine.advance());
  return { open, prepare, prepareMore, redact, redactText: (text) => Buffer.from(redact(Buffer.from(text)).bytes).toString('utf8') };
}

/**
 * What a long stream calls again and again V8 may compile at once, without optimizing it: the launcher starts it without that, since a short run gains nothing by it. Node says that flags
 * set while it runs may do anything; this one is asked at each compilation anew.
 */
function allowBaselineCode(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--sparkplug');
}

type Parts = { readonly engines: readonly Engine[]; readonly replacements: readonly Buffer[]; readonly exact: ExactParts };

function* makeParts(secrets: readonly RedactedSecret[]): Generator<void, Parts> {
  const replacements = secrets.map(({ name }) => Buffer.from(`[redacted:${name}]`));
  const { engines, exact } = yield* makeEngines(secrets.map(({ bytes }) => bytes));
  const needles = exact.flatMap(({ secret, texts, isFound }) =>
    texts.flatMap(listForms).map((form) => ({ form, replacement: replacements[secret] ?? Buffer.alloc(0), isFound })),
  );
  return { engines, replacements, exact: { needles, markers: replacements } };
}

function openFilter({ engines, replacements, exact }: Parts, compiled: () => WebAssembly.Module | null, even: boolean): ByteFilter {
  const filters: ByteFilter[] = [];
  if (engines.length > 0) {
    const eyes = engines.map((engine) => ({ stream: new EngineStream(engine), scanner: openScriptScanner(engine) }));
    const faster = (engine: Engine): Scanner | null => {
      const module = compiled();
      return module === null ? null : openWasmScanner(module, engine);
    };
    filters.push(openStreamFilter({ eyes, replacements, faster, even }));
  }
  if (exact.needles.length > 0) filters.push(openExactFilter(exact, even));
  return filters.reduce(chainFilters);
}

/** Two filters as one; the count is that of both. */
export function chainFilters(first: ByteFilter, second: ByteFilter): ByteFilter {
  const pass = (pieces: Pieces): Pieces => pieces.flatMap((piece) => second.write(piece));
  return {
    write: (chunk) => pass(first.write(chunk)),
    pause: () => [...pass(first.pause()), ...second.pause()],
    end: () => [...pass(first.end()), ...second.end()],
    get waits() {
      return first.waits || second.waits;
    },
    get count() {
      return first.count + second.count;
    },
  };
}

/** For a run without a secret. */
function openPassage(): ByteFilter {
  return { write: (chunk) => [chunk], pause: () => [], end: () => [], waits: false, count: 0 };
}

/** A filter that is made when the first bytes come: many a stream has none. */
function openLazily(open: () => ByteFilter): ByteFilter {
  const filter = lazily(open);
  let begun = false;
  return {
    write(chunk) {
      if (chunk.length === 0) return [];
      begun = true;
      return filter().write(chunk);
    },
    pause: () => (begun ? filter().pause() : []),
    end: () => (begun ? filter().end() : []),
    get waits() {
      return begun && filter().waits;
    },
    get count() {
      return begun ? filter().count : 0;
    },
  };
}
