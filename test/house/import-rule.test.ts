import { describe, expect, test } from 'vitest';
import { folderOf, listImports, parseSource, readSources, type Source } from './sources.js';

/** What everything may stand on. */
const GROUND = ['model', 'denial'];
const UNDER_STAGES = [...GROUND, 'state', 'net'];
const STAGES = [
  'link',
  'session',
  'principal',
  'tenant',
  'service',
  'policy',
  'schedule',
  'approval',
  'credential',
  'scheme',
  'execute',
  'redact',
  'audit',
  'agents',
];
const SURFACES_SEE = [...GROUND, 'broker', 'cli', 'compose.ts'];

/** Folder of src → the other folders that it may import from (docs/design.md, The house). A new folder takes its place here. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: ['denial'],
  denial: ['model'],
  net: GROUND,
  state: [...GROUND, 'net'],
  guard: GROUND,
  ...Object.fromEntries(STAGES.map((stage) => [stage, UNDER_STAGES])),
  broker: [...UNDER_STAGES, 'guard', ...STAGES],
  cli: SURFACES_SEE,
  commands: SURFACES_SEE,
  'compose.ts': [...UNDER_STAGES, 'guard', ...STAGES, 'broker'],
  'globals.d.ts': [],
};

/** The table of commands hands them to oclif; nothing else of cli/ knows one. */
const EXEMPT: Readonly<Record<string, string>> = { 'src/cli/commands.ts': 'commands' };

const SOURCES = readSources('src');

function breaches(source: Source): string[] {
  const { path, folder } = source;
  const allowed = MAY_IMPORT[folder];
  if (allowed === undefined) return [`${path}: src/${folder} has no place in the import rule`];
  return listImports(source)
    .filter(({ own, module }) => {
      const other = folderOf(module);
      return own && other !== folder && !allowed.includes(other) && EXEMPT[path] !== other;
    })
    .map(({ module }) => `${path} imports ${module}`);
}

describe('the import rule', () => {
  test('holds for every file of src', () => {
    expect(SOURCES.length).toBeGreaterThan(200);
    expect(SOURCES.flatMap(breaches)).toEqual([]);
  });

  test.each([
    ['a stage another stage', 'src/policy/x.ts', "import { checkTool } from '../service/check-tool.js';"],
    ['a stage another stage’s types', 'src/policy/x.ts', "import type { Tool } from '../service/check-tool.js';"],
    ['a stage another stage when it runs', 'src/policy/x.ts', "await import('../service/check-tool.js');"],
    ['a stage another stage through an export', 'src/policy/x.ts', "export * from '../service/check-tool.js';"],
    ['a stage the broker', 'src/audit/x.ts', "import { run } from '../broker/run.js';"],
    ['a stage the guard', 'src/audit/x.ts', "import { checkRuntime } from '../guard/check-runtime.js';"],
    ['a noun the state', 'src/model/x.ts', "import { openState } from '../state/open-state.js';"],
    ['a command a stage', 'src/commands/tenant/x.ts', "import { openChain } from '../../audit/append.js';"],
    ['a command the state', 'src/commands/x.ts', "import { openState } from '../state/open-state.js';"],
    ['a file of cli a command', 'src/cli/x.ts', "import Run from '../commands/run.js';"],
    ['the broker a surface', 'src/broker/x.ts', "import { compose } from '../compose.js';"],
    ['a folder that nobody knows anything', 'src/utils/x.ts', "import { deny } from '../denial/denial.js';"],
  ])('forbids %s', (_, path, text) => {
    expect(breaches(parseSource(path, text))).toHaveLength(1);
  });

  test.each([
    ['a stage the nouns', 'src/policy/x.ts', "import type { Grant } from '../model/tenant.js';"],
    ['the broker a stage', 'src/broker/administration/x.ts', "import { openChain } from '../../audit/append.js';"],
    ['a command the broker', 'src/commands/audit/x.ts', "import { verifyLog } from '../../broker/administration/audit-log.js';"],
    ['a file its neighbour', 'src/credential/embedded/x.ts', "import { readKey } from './key-home.js';"],
  ])('lets %s', (_, path, text) => {
    expect(breaches(parseSource(path, text))).toEqual([]);
  });

  test('nouns are pure: model/ and denial/ import no module of Node’s', () => {
    const impure = SOURCES.filter(({ folder }) => GROUND.includes(folder)).filter((source) =>
      listImports(source).some(({ module }) => module.startsWith('node:')),
    );
    expect(impure.map(({ path }) => path)).toEqual([]);
  });
});
