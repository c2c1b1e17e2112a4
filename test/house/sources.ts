import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

/** A source file: its path below the root (`src/policy/evaluate.ts`), its folder of src (`policy`, `compose.ts` for itself), and its tree. */
export type Source = { readonly path: string; readonly folder: string; readonly tree: ts.SourceFile };

/** AssemblyScript: another language under the same ending, compiled by the build and loaded as WebAssembly. */
const OTHER_LANGUAGE = 'redact/wasm/';

/** Every TypeScript file below a folder of the project. */
export function readSources(folder: 'src' | 'test'): readonly Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith(OTHER_LANGUAGE))
    .sort()
    .map((name) => parseSource(join(folder, name), readFileSync(join(ROOT, folder, name), 'utf8')));
}

/** A text as a source file of that path. */
export function parseSource(path: string, text: string): Source {
  return { path, folder: folderOf(path), tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

export function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** An import, export-from or dynamic import: the module as it is written, with the project's own as a path below the root. `typeOnly`: nothing of it is loaded. */
export type Import = { readonly module: string; readonly own: boolean; readonly typeOnly: boolean; readonly names: readonly string[] };

export function listImports({ path, tree }: Source): readonly Import[] {
  const found: Import[] = [];
  const add = (written: string, typeOnly: boolean, names: readonly string[]) => {
    const own = written.startsWith('.');
    const module = own ? relative('.', join(dirname(path), written)).replace(/\.js$/, '.ts') : written;
    found.push({ module, own, typeOnly, names });
  };
  visit(tree, (node) => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause;
      const bindings = clause?.namedBindings;
      const elements = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
      const onlyTypes = elements.length > 0 && elements.every(({ isTypeOnly }) => isTypeOnly) && clause?.name === undefined;
      const names = elements.map(({ name, propertyName }) => (propertyName ?? name).text);
      add(node.moduleSpecifier.text, clause?.isTypeOnly === true || onlyTypes, names);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.isTypeOnly, []);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [module] = node.arguments;
      if (module !== undefined && ts.isStringLiteral(module)) add(module.text, false, []);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      add(node.argument.literal.text, true, []);
    }
  });
  return found;
}

/** Calls for a node and everything below it. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}
