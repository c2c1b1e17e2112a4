import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { readSources } from './sources.js';

type Shape = {
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly flags?: Record<string, { description?: string }>;
  readonly args?: Record<string, { description?: string }>;
};
const ALL = Object.entries(COMMANDS).map(([id, command]) => [id.replaceAll(':', ' '), command as unknown as Shape] as const);

/** Neither shows anything of ours nor asks anything. */
const NEITHER = ['autocomplete', 'init', 'redact'];

describe('outloop', () => {
  test.each(ALL)('%s says in one line what it does, gives examples, and explains every flag and argument', (name, command) => {
    expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
    // A description of the same words would stand in the help twice.
    expect(command.description).toBeUndefined();
    expect(command.examples?.length ?? 0).toBeGreaterThan(0);
    for (const example of command.examples ?? []) expect(String(example)).toContain(`<%= config.bin %> ${name}`);
    for (const { description } of [...Object.values(command.flags ?? {}), ...Object.values(command.args ?? {})])
      expect(description ?? '').not.toBe('');
  });

  test('whatever lists or shows has --json, whatever changes something has --yes', () => {
    const silent = ALL.filter(([, { flags = {} }]) => !('json' in flags) && !('yes' in flags) && !('format' in flags)).map(
      ([name]) => name,
    );
    expect(silent).toEqual(NEITHER);
  });

  test('every command stands in the table, and in a file of its own name', () => {
    const files = readSources('src')
      .filter(({ folder }) => folder === 'commands')
      .map(({ path }) => path.replace(/^src\/commands\/|\.ts$/g, '').replaceAll('/', ' '));
    expect(ALL.map(([name]) => name).sort()).toEqual(files.sort());
  });
});
