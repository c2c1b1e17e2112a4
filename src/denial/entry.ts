/** Who can act on a denial. */
export type Actor = 'agent' | 'operator' | 'nobody';

/** Whether the same request may be sent again. */
export type Retry = 'no' | 'after-fixing' | 'after-waiting' | 'after-approval' | 'once' | 'check-first';

/**
 * One refusal or ending. `reason` is a sentence without its full stop; `{fact}` takes a fact of that name and a clause in
 * `[…]` is left out when one of its facts is missing. `next` is safe for an agent to do: it never approves, links, widens,
 * disables or reveals anything. `command` is what the actor can run; of several
 * (`a or b`) the first whose facts are known. `operator` is the step that only an operator sees, at a command of their own, where
 * it is not `command`; of several, too, the first whose facts are known.
 */
export type CatalogueEntry = {
  readonly exit: number;
  readonly meaning: string;
  readonly reason: string;
  readonly who: Actor;
  readonly next: string;
  readonly command: string | null;
  readonly operator?: string;
  readonly retry: Retry;
};
