import type { Place } from '../model/service.js';

/** Text on its way into one place of a request. `allowLeading` lets an argument start with `-` or `@`. */
export type PlacedText = { readonly place: Place; readonly text: string; readonly allowLeading: boolean };

/**
 * Why the text could leave the place it fills, as a clause without a final stop that holds nothing of the text; null when
 * it cannot. Query, form and body values are encoded or counted, so only text that is no Unicode is refused there.
 */
export function findUnsafe({ place, text, allowLeading }: PlacedText): string | null {
  if (LONE_SURROGATE.test(text)) return 'it holds text that is not Unicode';
  switch (place) {
    case 'path':
      return findUnsafeSegment(text);
    case 'header':
      return findUnsafeHeader(text);
    case 'argv':
      return findUnsafeArgument(text, allowLeading);
    case 'query':
    case 'form':
    case 'json':
    case 'body':
      return null;
  }
}

/** With the `u` flag a paired surrogate is one character, so only half of a pair is in this class. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * A whole path segment. `%` is refused outright, so that no encoded spelling of a dot or a slash gets through to a server
 * that decodes twice; `..` must be refused by name, since percent-encoding leaves it alone and the URL parser then climbs.
 */
function findUnsafeSegment(text: string): string | null {
  if (text === '') return 'a path segment may not be empty';
  if (isDots(text)) return 'a path segment may not be a dot or two';
  if (/[/\\?#%]/.test(text)) return 'a path segment may not hold / \\ ? # or %';
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)) return 'a path segment may not hold a control character';
  return null;
}

/** Whether it is a dot or two, to a server that normalises its paths as well (Unicode's NFKC_Casefold: full-width dots, a leader of two, and what nobody sees taken out). */
function isDots(text: string): boolean {
  // Made from Unicode's tables: not where nothing needs them.
  if (!/[^ -~]/.test(text)) return text === '.' || text === '..';
  return /^\.{0,2}$/.test(text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, ''));
}

/**
 * A header value, RFC 9110 section 5.5: no controls; Latin-1 alone, since Node writes one byte a character; and no blank at
 * either end, since a server strips it and then reads another value.
 */
function findUnsafeHeader(text: string): string | null {
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return 'a header may not hold a line break or another control character';
  if (/[^\u0020-\u00ff]/.test(text)) return 'a header may hold Latin-1 characters only';
  if (text.startsWith(' ') || text.endsWith(' ')) return 'a header may not start or end with a blank';
  return null;
}

/** An argument: `-` would make it an option, and `@` makes many tools read the file of that name. */
function findUnsafeArgument(text: string, allowLeading: boolean): string | null {
  if (text.includes('\0')) return 'an argument may not hold a NUL';
  if (!allowLeading && /^[-@]/.test(text)) return 'an argument may not start with - or @';
  return null;
}
