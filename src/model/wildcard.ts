/**
 * Whether `name` matches `pattern` from end to end; `*` stands for one or more characters, dots included, and every other
 * character for itself. Linear in name × stars: the classic greedy match with one point to go back to.
 */
export function matchesWildcard(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      mark = ++n;
    } else if (p < pattern.length && pattern[p] === name[n]) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++mark;
    } else {
      return false;
    }
  }
  return p === pattern.length;
}
