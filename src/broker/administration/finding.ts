/** One finding of `doctor`: `bad` stops runs, `warn` weakens something. `fix` is a command, or what to do where none does it; null where nothing is known. */
export type Finding = { readonly level: 'ok' | 'warn' | 'bad'; readonly about: string; readonly text: string; readonly fix: string | null };

/** What is as it should be. */
export function ok(about: string, text: string): Finding {
  return { level: 'ok', about, text, fix: null };
}

/** What weakens something, or soon will. */
export function warn(about: string, text: string, fix: string | null = null): Finding {
  return { level: 'warn', about, text, fix };
}

/** What stops runs. */
export function bad(about: string, text: string, fix: string | null = null): Finding {
  return { level: 'bad', about, text, fix };
}

/** What was found of one subject. */
export function under(
  about: string,
  found: readonly (Pick<Finding, 'level' | 'text'> & { readonly fix?: string | null })[],
): readonly Finding[] {
  return found.map(({ level, text, fix = null }) => ({ level, about, text, fix }));
}
