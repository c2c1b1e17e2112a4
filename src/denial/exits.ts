/** Exits up to this one mean that nothing was fetched. */
export const LAST_BEFORE_BACKEND = 112;
/** Exits from this one on say `ended`: the action had started. */
export const FIRST_ENDED = 116;
/** The range that always comes from outloop. */
export const RESERVED_EXITS = { first: 102, last: 119 } as const;
/** An HTTP answer of 400 or more, as `curl -f` exits. */
export const HTTP_ERROR_EXIT = 22;
