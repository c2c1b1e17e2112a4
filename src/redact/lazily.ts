/** A value that is made when it is asked for, once. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** A value that is made a little at a time; whoever asks for it waits for what is left. */
export type Gradual<T> = {
  readonly value: T;
  /** Makes a little of it; false when there is nothing left to make. */
  advance(): boolean;
};

export function gradually<T>(make: () => Generator<void, T>): Gradual<T> {
  const work = lazily(make);
  let made: { readonly value: T } | null = null;
  const advance = () => {
    if (made !== null) return false;
    const next = work().next();
    if (next.done === true) made = { value: next.value };
    return made === null;
  };
  return {
    advance,
    get value() {
      while (made === null) advance();
      return made.value;
    },
  };
}
