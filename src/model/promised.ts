/** What `work` gives, for a contract of promises; what it throws rejects. */
export function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
