/** A clause for the first option whose name is not among `known`; null when there is none. */
export function checkOptionNames(options: Readonly<Record<string, string>>, known: readonly string[]): string | null {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  return unknown === undefined ? null : `there is no option ${unknown}`;
}
