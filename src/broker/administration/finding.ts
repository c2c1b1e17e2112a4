/** One finding of `doctor`: `bad` stops runs, `warn` weakens something. `fix` is a command, or null. */
export type Finding = { readonly level: 'ok' | 'warn' | 'bad'; readonly about: string; readonly text: string; readonly fix: string | null };

export function ok(about: string, text: string): Finding {
  return { level: 'ok', about, text, fix: null };
}

export function warn(about: string, text: string, fix: string | null = null): Finding {
  return { level: 'warn', about, text, fix };
}

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
