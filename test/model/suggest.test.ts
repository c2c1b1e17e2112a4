import { expect, test } from 'vitest';
import { suggestName, suggestNames } from '../../src/model/suggest.js';

const NAMES = ['github.issues.list', 'github.issues.get', 'owner', 'state'];

test.each([
  ['github.issues.lst', 'github.issues.list'],
  ['ownr', 'owner'],
  ['onwer', 'owner'],
  ['stat', 'state'],
  ['owenr', 'owner'],
  ['repo', null],
  ['x', null],
  ['', null],
  ['y'.repeat(500), null],
])('%s may mean %s', (typed, meant) => {
  expect(suggestName(typed, NAMES)).toBe(meant);
});

test('two letters that have changed places are meant in a short name too', () => {
  expect(suggestName('rnu', ['ci', 'run'])).toBe('run');
  expect(suggestName('nur', ['run'])).toBeNull();
});

test('nothing is meant where there is nothing', () => {
  expect(suggestName('owner', [])).toBeNull();
});

test('names that are as near as the nearest are given in their order', () => {
  expect(suggestNames('prove', ['prune', 'list', 'approve'])).toEqual(['prune', 'approve']);
  expect(suggestNames('prune', ['prune', 'prunes'])).toEqual(['prune']);
});
