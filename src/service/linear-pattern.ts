/** Which characters an atom takes: one flag for each ASCII character, and one for all others together. */
type CharacterSet = readonly boolean[];
const OTHERS = 128;

type Atom = { readonly set: CharacterSet; readonly fixed: boolean; readonly optional: boolean };

/**
 * Whether a pattern is of a plain kind that cannot backtrack: literals and character classes in a row, each with at most one
 * quantifier, where no atom of varying length can be followed by a character that it takes itself. Matching is then decided
 * by the next character at every step, so it is linear. False means nothing: such a pattern goes to the real checker.
 */
export function isPlainlyLinear(pattern: string): boolean {
  // Anchors of its own say what the anchored match says anyway.
  const atoms = readAtoms(pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, ''));
  if (atoms === null) return false;
  return atoms.every((atom, at) => {
    if (atom.fixed) return true;
    for (const next of atoms.slice(at + 1)) {
      if (overlaps(atom.set, next.set)) return false;
      if (!next.optional) return true;
    }
    return true;
  });
}

/** One atom with its quantifier: a class, an escape, a dot or a literal; a lazy quantifier or a group is for the real checker. */
const ATOM = /(\[[^\]\\[]*(?:\\.[^\]\\[]*)*\]|\\.|[^\\()[\]{}|^$*+?])(\{[0-9]{1,4}(?:,(?:[0-9]{1,4})?)?\}|[*+?])?(?![*+?{])/uy;

function readAtoms(pattern: string): readonly Atom[] | null {
  const atoms: Atom[] = [];
  for (let at = 0; at < pattern.length;) {
    ATOM.lastIndex = at;
    const found = ATOM.exec(pattern);
    const set = found?.[1] === undefined ? null : readSet(found[1]);
    if (found === null || set === null) return null;
    const quantifier = found[2] ?? '';
    const [least, most] = readQuantifier(quantifier);
    atoms.push({ set, fixed: least === most, optional: least === 0 });
    at = ATOM.lastIndex;
  }
  return atoms;
}

function readQuantifier(text: string): readonly [number, number] {
  if (text === '') return [1, 1];
  if (text === '?') return [0, 1];
  if (text === '*') return [0, Infinity];
  if (text === '+') return [1, Infinity];
  const [least = '', most] = text.slice(1, -1).split(',');
  return [Number(least), most === undefined ? Number(least) : most === '' ? Infinity : Number(most)];
}

function readSet(atom: string): CharacterSet | null {
  if (!atom.startsWith('[')) return atom === '.' ? fill(() => true) : readMember(atom);
  const negated = atom.startsWith('[^');
  const body = atom.slice(negated ? 2 : 1, -1);
  const members = body.match(/\\.|[^\\]/gu) ?? [];
  if (members.join('') !== body) return null;
  let set = fill(() => false);
  for (let at = 0; at < members.length; at++) {
    const low = members[at] ?? '';
    const high = members[at + 1] === '-' ? members[at + 2] : undefined;
    const part = high === undefined ? readMember(low) : readRange(low, high);
    if (part === null) return null;
    set = fill((code) => set[code] === true || part[code] === true);
    if (high !== undefined) at += 2;
  }
  // Negated, the others stay in: a class that names one character beyond ASCII still takes the rest of them.
  return negated ? fill((code) => code === OTHERS || set[code] !== true) : set;
}

function readMember(member: string): CharacterSet | null {
  if (member === '\\d') return fill((code) => /^[0-9]$/.test(String.fromCharCode(code)));
  if (member === '\\w') return fill((code) => /^[A-Za-z0-9_]$/.test(String.fromCharCode(code)));
  const code = readCode(member);
  return code === null ? null : fill((one) => one === Math.min(code, OTHERS));
}

function readRange(low: string, high: string): CharacterSet | null {
  const from = readCode(low);
  const to = readCode(high);
  return from === null || to === null || to >= OTHERS ? null : fill((code) => code >= from && code <= to);
}

/** The code of a literal, a common control, or an escaped punctuation mark (all that the `u` flag lets stand for themselves). */
function readCode(member: string): number | null {
  if (!member.startsWith('\\')) return member.codePointAt(0) ?? null;
  const control = { '\\n': 10, '\\r': 13, '\\t': 9 }[member];
  if (control !== undefined) return control;
  return /^\\[\^$\\.*+?()[\]{}|/-]$/.test(member) ? member.charCodeAt(1) : null;
}

function fill(has: (code: number) => boolean): CharacterSet {
  return Array.from({ length: OTHERS + 1 }, (_, code) => has(code));
}

function overlaps(one: CharacterSet, other: CharacterSet): boolean {
  return one.some((has, code) => has && other[code] === true);
}
