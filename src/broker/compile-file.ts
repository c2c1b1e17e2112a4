import { compileExpression } from '../execute/select-result.js';
import { checkScheme } from '../scheme/check-scheme.js';
import { compileService } from '../service/compile-service.js';
import { createPatternChecker } from '../service/patterns.js';
import type { CompiledFile } from '../state/compiled.js';

/** Compiles a service file with everything that judges its parts: patterns, selections, schemes. Loaded only when a file has changed. */
export function compileFile(file: string, bytes: Uint8Array): Promise<CompiledFile> {
  return compileService(file, bytes, { patterns: createPatternChecker(), checkExpression: compileExpression, checkScheme });
}
