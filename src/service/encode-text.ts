/**
 * Percent-encodes all but RFC 3986's unreserved characters (section 2.3), so that the URL parser leaves the result alone:
 * encodeURIComponent spares `!'()*`, and the parser then rewrites `'` in a query. Throws URIError for unpaired surrogates.
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
