import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCheckout, findPlaceIn, readRemote } from '../../src/link/checkout.js';
import { temporaryHome } from '../helpers/temporary-home.js';

function makeCheckout(configuration: string): string {
  const top = join(temporaryHome(), 'site');
  mkdirSync(join(top, '.git'), { recursive: true });
  writeFileSync(join(top, '.git/config'), configuration);
  return top;
}

describe('a checkout', () => {
  test('is the nearest folder with a .git, be that a folder or a file', () => {
    const top = makeCheckout('');
    mkdirSync(join(top, 'a/b'), { recursive: true });
    expect(findCheckout(join(top, 'a/b'))).toBe(top);
    writeFileSync(join(top, 'a/.git'), 'gitdir: ../.git/modules/a\n');
    expect(findCheckout(join(top, 'a/b'))).toBe(join(top, 'a'));
    expect(findCheckout('/')).toBeNull();
  });

  test('has a place in it as it is written: a link above it is followed, and one within it is not', () => {
    const top = makeCheckout('');
    const above = join(top, '..');
    mkdirSync(join(top, 'ci/prod'), { recursive: true });
    symlinkSync('ci/prod', join(top, 'dev'));
    symlinkSync('.', join(top, 'self'));
    symlinkSync(top, join(above, 'work'));
    symlinkSync(join(top, 'ci/prod'), join(above, 'prod'));
    const places = [
      [join(top, 'ci/prod'), 'ci/prod'],
      [join(top, 'gone'), 'gone'],
      [join(top, 'dev'), 'dev'],
      [join(top, 'self/ci/prod'), 'self/ci/prod'],
      [join(above, 'work/ci/prod'), 'ci/prod'],
      [join(above, 'prod'), null],
      [join(above, 'site-prod'), null],
      [top, null],
      ['/', null],
    ] as const;
    expect(places.map(([path]) => [path, findPlaceIn(top, path)])).toEqual(places);
    expect(findPlaceIn('/', '/ci/prod')).toBe('ci/prod');
  });

  test.each([
    ['[remote "origin"]\n\turl = https://example.com/a\n', 'https://example.com/a'],
    ['[core]\n\tbare = false\n[Remote "origin"]\r\n  URL="https://example.com/a b"\r\n', 'https://example.com/a b'],
    ['[remote "origin"]\nurl = one\nurl = two\n', 'two'],
    ['[remote "upstream"]\nurl = one\n', null],
    ['[remote "Origin"]\nurl = one\n', null],
    ['url = one\n', null],
    ['', null],
  ])('%j: its remote is %j', (configuration, remote) => {
    expect(readRemote(makeCheckout(configuration))).toBe(remote);
  });

  test('that is a work tree has the remote of the common directory', () => {
    const top = makeCheckout('[remote "origin"]\nurl = https://example.com/a\n');
    const own = join(top, '.git/worktrees/w');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'commondir'), '../..\n');
    const tree = join(temporaryHome(), 'tree');
    mkdirSync(tree);
    writeFileSync(join(tree, '.git'), `gitdir: ${own}\n`);
    expect(readRemote(tree)).toBe('https://example.com/a');
  });

  test('without a readable configuration has none', () => {
    const top = join(temporaryHome(), 'x');
    mkdirSync(join(top, '.git/config'), { recursive: true });
    expect(readRemote(top)).toBeNull();
  });
});
