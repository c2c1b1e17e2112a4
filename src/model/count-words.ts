/** `1 grant`, `2 grants`; `plural` where an s does not make it. */
export function countWords(count: number, one: string, plural = `${one}s`): string {
  return `${count} ${count === 1 ? one : plural}`;
}
