import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openKnownRoots } from '../../src/state/known-roots.js';
import { put, temporaryState } from './temporary-state.js';

function open() {
  const { state, remove } = temporaryState();
  onTestFinished(remove);
  return { roots: openKnownRoots(state), compiled: state.paths.compiled };
}

test('what is remembered of a host is recalled, and of no other', () => {
  const { roots, compiled } = open();
  expect(roots.recall('api.example.com')).toBeNull();
  roots.remember('api.example.com', 'one');
  roots.remember('api.example.com', 'two');
  roots.remember('::1', '');
  expect([roots.recall('api.example.com'), roots.recall('::1'), roots.recall('example.com')]).toEqual(['two', '', null]);
  expect(statSync(join(compiled, 'root-api.example.com.pem')).mode & 0o777).toBe(0o600);
  expect(readdirSync(compiled).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a file that others may change, or that is no file, is as good as none', () => {
  const { roots, compiled } = open();
  roots.remember('a.example', 'one');
  chmodSync(join(compiled, 'root-a.example.pem'), 0o622);
  expect(roots.recall('a.example')).toBeNull();
  put(join(compiled, 'root-b.example.pem'), 'x'.repeat(65_537));
  expect(roots.recall('b.example')).toBeNull();
});

test('a state that cannot be written, and a host that no file can be called, are no failure', () => {
  const { roots, compiled } = open();
  roots.remember(`${'a'.repeat(300)}.example`, 'one');
  rmSync(compiled, { recursive: true });
  roots.remember('a.example', 'one');
  expect(roots.recall('a.example')).toBeNull();
});
