/** A host as everything but a URL writes it: an address of IPv6 without its brackets (RFC 3986 §3.2.2). */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
