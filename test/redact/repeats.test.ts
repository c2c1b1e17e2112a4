import { expect, test } from 'vitest';
import { makeEngines } from '../../src/redact/engine.js';
import { EngineStream } from '../../src/redact/engine-stream.js';
import { openScriptScanner } from '../../src/redact/script-scanner.js';

/** How many stretches are found in a text by the engine of words. */
function countFound(secret: string, text: string): number {
  const making = makeEngines([Buffer.from(secret)]);
  let made = making.next();
  while (made.done !== true) made = making.next();
  const [engine] = made.value.engines;
  if (engine === undefined) throw new Error('no engine');
  const scanner = openScriptScanner(engine);
  scanner.reserve(text.length);
  scanner.buffer.set(Buffer.from(text));
  return new EngineStream(engine).find(scanner, text.length, 0).found.length;
}

test('a secret that repeats itself is found once wherever it may begin, and not once for each of its symbols', () => {
  const part = 'k3J9mQ2x';
  const places = 250;
  const found = countFound(part.repeat(8), part.repeat(places));
  expect(found).toBeGreaterThan(places / 2);
  expect(found).toBeLessThan(4 * places);
});
