/**
 * What is wrong in a file of the operator state. `line` and `column` count from 1, or are null for the whole file; `key` is
 * the path of keys (`aliases.github.issues.list.effect`). No text holds a value from the file.
 */
export type ConfigProblem = {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly key: string;
  readonly message: string;
  readonly suggestion: string | null;
};

/** `services/github.yaml:12:5 aliases.x.efect: unknown key; did you mean effect?` */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}:${problem.column ?? 1}`;
  const key = problem.key === '' ? '' : ` ${problem.key}`;
  return `${place}${key}: ${problem.message}${hintAt(problem.suggestion)}`;
}

/** What may have been meant, as a further clause; none where nothing is near. */
export function hintAt(near: string | null): string {
  return near === null ? '' : `; did you mean ${near}?`;
}
