import { expect, test } from 'vitest';
import { EngineStream } from '../../src/redact/engine-stream.js';
import { buildEngines, openScanner } from './filters.js';

/** How many stretches are found in a text by the engine of words. */
function countFound(secret: string, text: string): number {
  const [engine] = buildEngines([Buffer.from(secret)]).engines;
  if (engine === undefined) throw new Error('no engine');
  const scanner = openScanner('script', engine);
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
