import { createHash } from 'node:crypto';

/** The text with every line break as a line feed: what a checkout does to line breaks is not an edit. */
export function toLineFeeds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** 16 hex digits of SHA-256 over a text of bytes (latin1): enough to notice an edit, which is all it is for. */
export function hashText(text: string): string {
  return createHash('sha256').update(toLineFeeds(text), 'latin1').digest('hex').slice(0, 16);
}
