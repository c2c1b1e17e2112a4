import type { ByteFilter } from '../../../src/model/byte-filter.js';
import { makeEngines, type Engine, type Exact } from '../../../src/redact/engine.js';
import { EngineStream } from '../../../src/redact/engine-stream.js';
import { openExactFilter } from '../../../src/redact/exact-filter.js';
import { listForms } from '../../../src/redact/forms.js';
import { gradually } from '../../../src/redact/lazily.js';
import { chainFilters, type RedactedSecret } from '../../../src/redact/redactor.js';
import type { Scanner } from '../../../src/redact/scanner.js';
import { openStreamFilter } from '../../../src/redact/stream-filter.js';
import { compileScanner, openWasmScanner } from '../../../src/redact/wasm-scanner.js';

type Built = { readonly engines: readonly Engine[]; readonly scanners: readonly Scanner[]; readonly exact: readonly Exact[] };

const built = new Map<string, Built>();

/** The filter that a redactor of these secrets opens, with the compiled scanner from the first byte on. Engines and scanners are made once for each `key`. */
export function openWasmFilter(
  key: string,
  secrets: readonly RedactedSecret[],
  { even, path }: { readonly even: boolean; readonly path: string },
): ByteFilter {
  const { engines, scanners, exact } = built.get(key) ?? build(secrets, path);
  built.set(key, { engines, scanners, exact });
  const replacements = secrets.map(({ name }) => Buffer.from(`[redacted:${name}]`));
  const filters: ByteFilter[] = [];
  if (engines.length > 0) {
    const eyes = engines.map((engine, i) => ({ stream: new EngineStream(engine), scanner: scanners[i]! }));
    filters.push(openStreamFilter({ eyes, replacements, faster: null, even }));
  }
  if (exact.length > 0) {
    const needles = exact.flatMap(({ secret, texts, isFound }) =>
      texts.flatMap(listForms).map((form) => ({ form, replacement: replacements[secret]!, isFound })),
    );
    filters.push(openExactFilter({ needles, markers: replacements }, even));
  }
  return filters.reduce(chainFilters);
}

function build(secrets: readonly RedactedSecret[], path: string): Built {
  const module = compileScanner(path);
  if (module === null) throw new Error('the compiled scanner cannot be loaded');
  const { engines, exact } = gradually(() => makeEngines(secrets.map(({ bytes }) => bytes))).value;
  return { engines, scanners: engines.map((engine) => openWasmScanner(module, engine)), exact };
}
