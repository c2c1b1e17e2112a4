/** More than any store's longest name; the whole reference is at most 1,024 characters. */
const MAX_PART = 255;

/** Why a reference cannot be read as text that any backend takes; null when it can. Controls and format characters make two references look the same. */
export function faultOfText(ref: string): string | null {
  if (ref === '') return 'its ref is empty';
  if (ref.length > 1024) return 'its ref is longer than 1,024 characters';
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(ref) ? 'its ref holds a character that does not print' : null;
}

/** The parts of `a/b/c`; null when one is empty, `.`, `..` or too long, or a character does not print. */
export function splitPath(ref: string): readonly string[] | null {
  if (faultOfText(ref) !== null) return null;
  const parts = ref.split('/');
  return parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= MAX_PART) ? parts : null;
}
