import type { ConfigProblem } from '../model/problem.js';
import { formatKeyPath, type KeyPath } from '../state/key-path.js';
import type { ParsedYaml } from '../state/yaml.js';

/** Collects what is wrong in one file. No message holds a value from it; the path says where, and a key may stand in it. */
export type Report = {
  readonly problem: (path: KeyPath, message: string, suggestion?: string | null) => void;
  readonly warning: (path: KeyPath, message: string) => void;
  readonly problems: readonly ConfigProblem[];
  /** Each begins with the key it is about. */
  readonly warnings: readonly string[];
};

/** A report on the document; a problem stands at its key, or at the nearest key above it that the file has. */
export function startReport(parsed: ParsedYaml): Report {
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  return {
    problems,
    warnings,
    warning: (path, message) => {
      warnings.push(`${formatKeyPath(path)}: ${message}`);
    },
    problem: (path, message, suggestion = null) => {
      let place = parsed.locate(path);
      for (let end = path.length - 1; place === null && end >= 0; end--) place = parsed.locate(path.slice(0, end));
      const { line, column } = place ?? { line: null, column: null };
      problems.push({ file: parsed.file, line, column, key: formatKeyPath(path), message, suggestion });
    },
  };
}
