import type { Alias } from '../../src/model/service.js';
import type { CompiledFile } from '../../src/state/compiled.js';
import { compileExpression } from '../../src/execute/select-result.js';
import { checkScheme } from '../../src/scheme/check-scheme.js';
import { compileService, type CompileTools } from '../../src/service/compile-service.js';
import { createPatternChecker } from '../../src/service/patterns.js';

/** The tools as the broker puts them together. */
export const TOOLS: CompileTools = { patterns: createPatternChecker(), checkExpression: compileExpression, checkScheme };

/** Compiles a file's text under the name that it should have. */
export function compileText(text: string, file = 'services/demo.yaml'): Promise<CompiledFile> {
  return compileService(file, Buffer.from(text), TOOLS);
}

/** Service demo with the slot `token`, and the alias `demo.do` of this text, indented by six spaces. */
export function demoText(alias: string, head = ''): string {
  return `version: 1
service: demo
title: Demo
base: https://api.example.com
${head}slots:
  token: { scheme: bearer, hosts: [api.example.com] }
  open: { scheme: none }
aliases:
  demo.do:
${alias}`;
}

/** The alias `demo.do`; fails with the problems when the file is invalid. */
export async function compileDemo(alias: string, head = ''): Promise<Alias> {
  const compiled = await compileText(demoText(alias, head));
  const first = compiled.kind === 'ok' ? compiled.aliases[0] : undefined;
  if (first === undefined) throw new Error(JSON.stringify(compiled.kind === 'ok' ? 'no alias' : compiled.problems, null, 1));
  return first;
}
