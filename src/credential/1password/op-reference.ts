import { faultOfText } from '../path-reference.js';

/** The parts of a secret reference; names or ids. `attribute` is what stands after a `?`, else ''. */
export type OpReference = {
  readonly vault: string;
  readonly item: string;
  readonly section: string | null;
  readonly field: string;
  readonly attribute: string;
};

/** A name with a quote, a backslash or a percent sign has to be given by its id. */
const PART = String.raw`[^/?#"'\\%]+`;
const REFERENCE = new RegExp(`^op://(${PART})/(${PART})(?:/(${PART}))?/(${PART})(\\?(?:attribute|ssh-format)=[a-z]{1,32})?$`, 'u');

/**
 * Reads `op://vault/item/[section/]field[?attribute]` (developer.1password.com/docs/cli/secret-reference-syntax); null when it is not spelt
 * so. 1Password itself takes letters, digits, `-_.` and blanks of a language of its choice, so other scripts pass here.
 */
export function parseOpReference(ref: string): OpReference | null {
  if (faultOfText(ref) !== null) return null;
  const [, vault, item, section, field, attribute = ''] = REFERENCE.exec(ref) ?? [];
  if (vault === undefined || item === undefined || field === undefined) return null;
  return { vault, item, section: section ?? null, field, attribute };
}
