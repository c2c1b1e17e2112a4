import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { prepareMeanwhile } from '../../src/broker/prepare-meanwhile.js';
import type { Redactor } from '../../src/redact/redactor.js';

/** Counts what is made of a redactor that has three pieces of each kind. */
function openCounted() {
  const made = { first: 0, more: 0 };
  const redactor = { prepare: () => ++made.first < 3, prepareMore: () => ++made.more < 3 } as Redactor;
  return { made, preparation: prepareMeanwhile(redactor, { firstMs: 0, moreMs: 0 }) };
}

test('all of it is made, once, however often it is started', async () => {
  const { made, preparation } = openCounted();
  preparation.start();
  preparation.start();
  while (made.more < 3) await wait(1);
  await wait(20);
  expect(made).toEqual({ first: 3, more: 3 });
});

test.each([
  ['after it was started', ['start', 'stop']],
  ['before it is started: a request may have gone out only once its answer is there', ['stop', 'start']],
] as const)('nothing is made of what was stopped %s', async (_, calls) => {
  const { made, preparation } = openCounted();
  for (const call of calls) preparation[call]();
  await wait(20);
  expect(made).toEqual({ first: 0, more: 0 });
});
