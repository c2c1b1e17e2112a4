/** One spelling of a secret, never empty, and what stands in its place. `isFound`: an engine finds the secret as well, which is no short one then. */
export type Needle = { readonly form: Buffer; readonly replacement: Buffer; readonly isFound: boolean };

/** A stretch of bytes that one or more overlapping needles cover; `end` is the first byte after it. The replacement is the first needle's. */
export type Match = { readonly start: number; readonly end: number; readonly replacement: Buffer };

/** Every stretch that needles cover, in order; stretches that overlap are one, those that touch are two. */
export function findMatches(view: Buffer, needles: readonly Needle[]): readonly Match[] {
  const found: Match[] = [];
  for (const { form, replacement } of needles) {
    // One byte further each time: a needle may overlap itself.
    for (let at = view.indexOf(form); at >= 0; at = view.indexOf(form, at + 1)) {
      found.push({ start: at, end: at + form.length, replacement });
    }
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Match[] = [];
  for (const match of found) {
    const last = merged.at(-1);
    if (last === undefined || match.start >= last.end) merged.push(match);
    else if (match.end > last.end) merged[merged.length - 1] = { ...last, end: match.end };
  }
  return merged;
}

/** The length of the longest end of `view` that is the beginning of a needle, but not all of it; 0 when there is none. */
export function longestBeginning(view: Buffer, needles: readonly Needle[]): number {
  let longest = 0;
  for (const { form } of needles) {
    for (let length = Math.min(form.length - 1, view.length); length > longest; length--) {
      if (beginsAt(view, view.length - length, form)) longest = length;
    }
  }
  return longest;
}

/** The needle that all of `held` begins, when that is at least `minBytes` long. */
export function findBegun(held: Buffer, minBytes: number, needles: readonly Needle[]): Needle | null {
  if (held.length < minBytes) return null;
  return needles.find(({ form }) => form.length > held.length && beginsAt(held, 0, form)) ?? null;
}

function beginsAt(view: Buffer, at: number, form: Buffer): boolean {
  for (let i = at; i < view.length; i++) if (view[i] !== form[i - at]) return false;
  return true;
}
