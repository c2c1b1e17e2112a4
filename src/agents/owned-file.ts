import { hashText } from './text-hash.js';

const STAMP = /outloop:file sha256=([0-9a-f]{16})/;
const BLANK = 'outloop:file sha256=0000000000000000';

/** Whose a file is that outloop would write whole: its own as it wrote it, its own but edited since, or somebody else's. */
export type Ownership = 'ours' | 'edited' | 'foreign';

/** A file of outloop's own with its stamp filled in; the template has the stamp with zeros. Throws when it has none. */
export function stampFile(template: string): string {
  if (!template.includes(BLANK)) throw new Error('a template without a stamp');
  return template.replace(BLANK, `outloop:file sha256=${hashText(template)}`);
}

/** Tells whose a text is. Line breaks do not count. */
export function readOwnership(text: string): Ownership {
  const sha256 = STAMP.exec(text)?.[1];
  if (sha256 === undefined) return 'foreign';
  return hashText(text.replace(STAMP, BLANK)) === sha256 ? 'ours' : 'edited';
}
