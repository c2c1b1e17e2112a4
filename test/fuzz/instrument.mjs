// Counts how often each block of the redactor's code runs.
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import ts from 'typescript';

/**
 * An esbuild plug-in that puts a counter at the beginning of every function, branch, loop and case of the sources below `folder`; `__blocks[n]++` is the whole of one. `blocks`
 * takes the place of each.
 */
export function countBlocks(root, folder, blocks) {
  return {
    name: 'count-blocks',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const name = relative(root, path).split(sep).join('/');
        if (!name.startsWith(folder)) return undefined;
        const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
          fileName: path,
          compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
          transformers: { before: [(context) => (file) => addCounters(context, file, (line) => blocks.push(`${name}:${line}`) - 1)] },
        });
        return { contents: outputText, loader: 'js' };
      });
    },
  };
}

function addCounters(context, file, number) {
  const { factory } = context;
  const count = (node) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    const counter = factory.createElementAccessExpression(factory.createIdentifier('__blocks'), number(line + 1));
    return factory.createPostfixIncrement(counter);
  };
  const statement = (node) => factory.createExpressionStatement(count(node));
  /** An expression that runs on one of two ways. */
  const counted = (node, seen) => factory.createParenthesizedExpression(factory.createComma(count(node), seen));
  const block = (node, seen) =>
    ts.isBlock(seen)
      ? factory.updateBlock(seen, [statement(node), ...seen.statements])
      : factory.createBlock([statement(node), seen], true);

  const visit = (node) => {
    const seen = ts.visitEachChild(node, visit, context);
    if (ts.isIfStatement(seen))
      return factory.updateIfStatement(
        seen,
        seen.expression,
        block(node.thenStatement, seen.thenStatement),
        seen.elseStatement && block(node.elseStatement, seen.elseStatement),
      );
    if (ts.isWhileStatement(seen)) return factory.updateWhileStatement(seen, seen.expression, block(node.statement, seen.statement));
    if (ts.isForStatement(seen))
      return factory.updateForStatement(seen, seen.initializer, seen.condition, seen.incrementor, block(node.statement, seen.statement));
    if (ts.isForOfStatement(seen))
      return factory.updateForOfStatement(
        seen,
        seen.awaitModifier,
        seen.initializer,
        seen.expression,
        block(node.statement, seen.statement),
      );
    if (ts.isCaseClause(seen)) return factory.updateCaseClause(seen, seen.expression, [statement(node), ...seen.statements]);
    if (ts.isDefaultClause(seen)) return factory.updateDefaultClause(seen, [statement(node), ...seen.statements]);
    if (ts.isConditionalExpression(seen))
      return factory.updateConditionalExpression(
        seen,
        seen.condition,
        seen.questionToken,
        counted(node.whenTrue, seen.whenTrue),
        seen.colonToken,
        counted(node.whenFalse, seen.whenFalse),
      );
    if (ts.isBinaryExpression(seen) && SHORT.has(seen.operatorToken.kind))
      return factory.updateBinaryExpression(seen, seen.left, seen.operatorToken, counted(node.right, seen.right));
    if (ts.isArrowFunction(seen) && !ts.isBlock(seen.body))
      return factory.updateArrowFunction(
        seen,
        seen.modifiers,
        seen.typeParameters,
        seen.parameters,
        seen.type,
        seen.equalsGreaterThanToken,
        counted(node.body, seen.body),
      );
    // The body of a function: what else is a block has been counted by what it belongs to.
    if (ts.isBlock(seen) && ts.isFunctionLike(node.parent)) return block(node, seen);
    return seen;
  };
  return ts.visitNode(file, visit);
}

/** `??` is not among them: with indices that are checked, its right side hardly ever runs. */
const SHORT = new Set([ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken]);
