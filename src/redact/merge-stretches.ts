import type { Found, Stretch } from './find-stretches.js';

/** Between two lines of one secret there is a line break, or what stands for one. */
const MAX_GAP = 4;

/** Stretches in order, those that overlap made one under the name of the first. So are those that go on with one secret behind a line break. */
export function mergeStretches(stretches: readonly (Stretch | Found)[]): readonly Stretch[] {
  if (stretches.length <= 1) return stretches;
  const sorted = [...stretches].sort((one, other) => one.start - other.start || other.end - one.end);
  const merged: Stretch[] = [];
  let last: (Stretch | Found) | null = null;
  for (const stretch of sorted) {
    const open = merged.at(-1);
    if (open !== undefined && (stretch.start < open.end || goesOn(last, stretch))) {
      merged[merged.length - 1] = { ...open, end: Math.max(open.end, stretch.end) };
      if (stretch.end >= open.end) last = stretch;
    } else {
      merged.push({ start: stretch.start, end: stretch.end, secret: stretch.secret });
      last = stretch;
    }
  }
  return merged;
}

function goesOn(one: Stretch | Found | null, other: Stretch | Found): boolean {
  if (one === null || !('needle' in one) || !('needle' in other)) return false;
  return one.needle === other.needle && one.b === other.a && other.start - one.end <= MAX_GAP;
}
