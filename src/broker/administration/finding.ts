/** One finding of `doctor`: `bad` stops runs, `warn` weakens something. `fix` is a command, or null. */
export type Finding = { readonly level: 'ok' | 'warn' | 'bad'; readonly about: string; readonly text: string; readonly fix: string | null };
