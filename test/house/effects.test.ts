import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { listImports, parseSource, readSources, visit, type Source } from './sources.js';

const SOURCES = readSources('src');

/** A process of its own: to run it is to load it. */
const ENTRIES = ['src/credential/keychain/helper.ts'];
/** cosmiconfig runs code from the folder that it is constructed in, so this goes into the checked one and comes back. */
const CWD = { path: 'src/state/read-settings.ts', what: 'process.cwd' };

const RANDOM = /^(?:random(?:Bytes|UUID|Int|FillSync|Fill)|getRandomValues|generateKey.*)$/;
const WORLD = [
  'process.env',
  'process.cwd',
  'process.argv',
  'process.execArgv',
  'process.hrtime',
  'Date.now',
  'performance.now',
  'Math.random',
];

/** Where a file reads the world that only compose.ts may read: the environment, the working directory, the clock, random bytes. */
function readsOfWorld({ path, tree }: Source): string[] {
  const found = new Set<string>();
  visit(tree, (node) => {
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      const name = ts.isPropertyAccessExpression(node)
        ? node.name.text
        : ts.isStringLiteral(node.argumentExpression)
          ? node.argumentExpression.text
          : '';
      const text = `${node.expression.getText()}.${name}`;
      if (WORLD.includes(text)) found.add(text);
      if (RANDOM.test(name)) found.add(name);
    } else if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0) {
      found.add('new Date()');
    } else if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && node.initializer?.getText() === 'process') {
      for (const { name, propertyName } of node.name.elements) {
        const read = `process.${(propertyName ?? name).getText()}`;
        if (WORLD.includes(read)) found.add(read);
      }
    }
  });
  for (const { module, names } of listImports({ path, folder: '', tree })) {
    for (const name of names) if (RANDOM.test(name) || (module === 'node:process' && WORLD.includes(`process.${name}`))) found.add(name);
  }
  return [...found].filter((what) => !(path === CWD.path && what === CWD.what)).map((what) => `${path}: ${what}`);
}

/** Statements that do something, or keep something that changes, when the module is loaded. */
function effectsOfLoading(source: Source): string[] {
  const { path, tree } = source;
  const outside = new Set(
    listImports(source)
      .filter(({ module, typeOnly }) => module.startsWith('node:') && !typeOnly && module !== 'node:path')
      .flatMap(({ names }) => names),
  );
  const found: string[] = [];
  for (const statement of tree.statements) {
    if (ts.isVariableStatement(statement)) {
      if ((statement.declarationList.flags & ts.NodeFlags.Const) === 0) found.push(`${path}: a variable of the module that can change`);
      visitNow(statement, (node) => {
        if (ts.isAwaitExpression(node)) found.push(`${path}: waits while it is loaded`);
        if (!ts.isCallExpression(node)) return;
        const called = node.expression.getText();
        if (called.startsWith('process.') || outside.has(called.split('.')[0] ?? ''))
          found.push(`${path}: calls ${called} while it is loaded`);
      });
    } else if (!isQuiet(statement)) found.push(`${path}: ${statement.getText().slice(0, 60)}`);
  }
  return found;
}

function isQuiet(statement: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isModuleDeclaration(statement) ||
    ts.isEmptyStatement(statement)
  );
}

/** What is evaluated when the statement is: not what stands in functions and classes. */
function visitNow(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => {
    if (!ts.isFunctionLike(child) && !ts.isClassLike(child)) visitNow(child, see);
  });
}

function calls(source: Source, method: string): boolean {
  let found = false;
  visit(source.tree, (node) => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === method) found = true;
  });
  return found;
}

function hasDefaultExport({ tree }: Source): boolean {
  return tree.statements.some(
    (statement) =>
      ts.isExportAssignment(statement) ||
      (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true),
  );
}

describe('the house', () => {
  test('only compose.ts reads the environment, the working directory, the clock and random bytes', () => {
    expect(SOURCES.filter(({ path }) => path !== 'src/compose.ts').flatMap(readsOfWorld)).toEqual([]);
    // The exemption is in use, and compose.ts is what it says.
    expect(SOURCES.find(({ path }) => path === CWD.path)?.tree.text).toContain(CWD.what);
    expect(SOURCES.filter(({ path }) => path === 'src/compose.ts').flatMap(readsOfWorld).length).toBeGreaterThan(3);
  });

  test('random bytes are the system’s at each call: Node’s own pools of them would be the same in all runs that start from one snapshot', () => {
    const compose = SOURCES.find(({ path }) => path === 'src/compose.ts');
    const drawn = readsOfWorld(compose!).filter((what) => RANDOM.test(what.split(' ').at(-1) ?? ''));
    expect(drawn).toEqual(['src/compose.ts: randomBytes']);
  });

  test.each([
    'const home = process.env.HOME;',
    "const home = process['env'];",
    'const { env } = process;',
    'function f() { return process.cwd(); }',
    'const now = () => Date.now();',
    'const now = () => new Date();',
    'const pick = () => Math.random();',
    "import { randomBytes } from 'node:crypto';",
    "import { env } from 'node:process';",
    "import * as crypto from 'node:crypto'; const id = () => crypto.randomUUID();",
  ])('would find %s', (text) => {
    expect(readsOfWorld(parseSource('src/policy/x.ts', text))).not.toEqual([]);
  });

  test('nothing happens while a file of src is loaded, but for a process of its own', () => {
    expect(SOURCES.filter(({ path }) => !ENTRIES.includes(path)).flatMap(effectsOfLoading)).toEqual([]);
    for (const path of ENTRIES) expect(effectsOfLoading(SOURCES.find((source) => source.path === path)!)).not.toEqual([]);
  });

  test.each([
    'let count = 0;',
    'start();',
    "import { readFileSync } from 'node:fs'; const text = readFileSync('/etc/passwd');",
    'const before = process.umask(0o077);',
    'const x = await load();',
    'if (true) { run(); }',
  ])('would find %s', (text) => {
    expect(effectsOfLoading(parseSource('src/policy/x.ts', text))).not.toEqual([]);
  });

  test('a secret is revealed in scheme/, redact/ and execute/ alone', () => {
    const revealing = SOURCES.filter((source) => calls(source, 'reveal')).map(({ folder }) => folder);
    expect([...new Set(revealing)].sort()).toEqual(['execute', 'redact', 'scheme']);
  });

  test('a default export is for oclif’s commands alone', () => {
    const wrong = SOURCES.filter((source) => hasDefaultExport(source) !== (source.folder === 'commands'));
    expect(wrong.map(({ path }) => path).filter((path) => !path.endsWith('.d.ts'))).toEqual([]);
  });
});
