import type { Json } from '../../src/model/service.js';

/** Parameters of the alias in test/cli/param-schema.test.ts, and whether they may be given to it. */
export const SCHEMA_ROWS: readonly (readonly [what: string, params: Readonly<Record<string, Json>>, fits: boolean])[] = [
  ['every parameter', { text: 'a', count: 3, share: 0.5, deep: true, state: 'open', filter: { any: [1, null] } }, true],
  ['the required ones', { text: 'a', count: 3 }, true],
  ['a required one left out', { count: 3 }, false],
  ['none at all', {}, false],
  ['a text that only contains a match', { text: 'a b', count: 3 }, false],
  ['a text of another type', { text: 7, count: 3 }, false],
  ['a text that is too long', { text: 'aaaaaa', count: 3 }, false],
  ['a text with a line break at its end', { text: 'a\n', count: 3 }, false],
  ['a count below its range', { text: 'a', count: 0 }, false],
  ['a count above its range', { text: 'a', count: 101 }, false],
  ['a count that is no integer', { text: 'a', count: 1.5 }, false],
  ['a count as text', { text: 'a', count: '3' }, false],
  ['a share above its range', { text: 'a', count: 3, share: 1.1 }, false],
  ['a switch as text', { text: 'a', count: 3, deep: 'true' }, false],
  ['a state that is not listed', { text: 'a', count: 3, state: 'lost' }, false],
  ['an unknown parameter', { text: 'a', count: 3, other: 1 }, false],
];
