import { hashText, toLineFeeds } from './text-hash.js';

/** How a comment is written where the section stands: in Markdown, or after a hash sign. */
export type CommentStyle = 'markdown' | 'hash';

/** A text with the section put in or taken out; null: the file is to be removed, for it holds nothing else. `line` counts from 1. */
export type SectionEdit =
  | { readonly kind: 'ok'; readonly text: string | null; readonly changed: boolean }
  | { readonly kind: 'refused'; readonly line: number; readonly why: string };

/**
 * Where a section stands in a text. `joined`: how many line breaks were put between what stood there and the section, or `new`
 * where the file was made for it. `content` is what lies between the marks.
 */
type Section = {
  readonly start: number;
  readonly contentStart: number;
  readonly contentEnd: number;
  readonly end: number;
  readonly joined: number | 'new';
  readonly eol: string;
  readonly content: string;
  readonly whole: boolean;
};

const BEGIN = /^(?:<!--|#) outloop:begin joined=(new|[0-2]) sha256=([0-9a-f]{16})(?: -->)?[ \t]*$/;

/*
 * Texts are the file's bytes, one character each (latin1), so that whatever a person wrote stays byte for byte, in any encoding
 * that is ASCII in the middle of it. The section itself is ASCII.
 */

/** Puts the section at the end, or in the place of the one that is there. `text` null: there is no file. A section that was edited by hand is refused. */
export function putSection(text: string | null, body: string, style: CommentStyle): SectionEdit {
  if (text === null) return { kind: 'ok', text: formatSection({ body, style, joined: 'new', eol: '\n' }), changed: true };
  const found = findSection(text);
  if (found === 'broken') return refuseBroken(text);
  if (found !== null && !found.whole) return refuseEdited(text, found);
  if (found !== null) {
    const written = formatSection({ body, style, ...found });
    const put = text.slice(0, found.start) + written + text.slice(found.end);
    return { kind: 'ok', text: put, changed: toLineFeeds(found.content) !== toLineFeeds(body) };
  }
  const eol = findLineBreak(text);
  const joined = text === '' ? 0 : text.endsWith('\n') ? 1 : 2;
  return { kind: 'ok', text: text + eol.repeat(joined) + formatSection({ body, style, joined, eol }), changed: true };
}

/** Takes the section out: what is left is exactly what a person wrote. A section that was edited by hand is refused. */
export function takeSection(text: string): SectionEdit {
  const found = findSection(text);
  if (found === null) return { kind: 'ok', text, changed: false };
  if (found === 'broken') return refuseBroken(text);
  if (!found.whole) return refuseEdited(text, found);
  const before = dropLineBreaks(text.slice(0, found.start), found.joined === 'new' ? 0 : found.joined, found.eol);
  const after = text.slice(found.end);
  if (found.joined === 'new' && before === '' && after === '') return { kind: 'ok', text: null, changed: true };
  // Two lines that a person wrote, before the section and after it, must not become one.
  const between = before !== '' && !before.endsWith('\n') && after !== '' ? found.eol : '';
  return { kind: 'ok', text: before + between + after, changed: true };
}

function formatSection({ body, style, joined, eol }: { body: string; style: CommentStyle; joined: number | 'new'; eol: string }): string {
  const mark = (words: string) => (style === 'markdown' ? `<!-- outloop:${words} -->` : `# outloop:${words}`);
  const lines = `${mark(`begin joined=${joined} sha256=${hashText(body)}`)}\n${body}${mark('end')}\n`;
  return eol === '\n' ? lines : lines.replaceAll('\n', eol);
}

function findSection(text: string): Section | 'broken' | null {
  const begins = findMarks(text, 'begin');
  const ends = findMarks(text, 'end');
  const [begin, end] = [begins[0], ends[0]];
  if (begin === undefined && end === undefined) return null;
  if (begin === undefined || end === undefined || begins.length > 1 || ends.length > 1 || end.start < begin.end) return 'broken';
  const line = text.slice(begin.start, begin.end);
  const [, joined, sha256] = BEGIN.exec(line.replace(/\r?\n$/, '')) ?? [];
  if (joined === undefined) return 'broken';
  const content = text.slice(begin.end, end.start);
  return {
    start: begin.start,
    contentStart: begin.end,
    contentEnd: end.start,
    end: end.end,
    joined: joined === 'new' ? 'new' : Number(joined),
    eol: line.endsWith('\r\n') ? '\r\n' : '\n',
    content,
    whole: hashText(content) === sha256,
  };
}

/** Every line that begins with a mark, from its first character to after its line break. A line that mentions one further on is a person's. */
function findMarks(text: string, word: string): readonly { readonly start: number; readonly end: number }[] {
  const marks = [...text.matchAll(new RegExp(`^(?:<!--|#) outloop:${word}\\b[^\\n]*\\n?`, 'gm'))];
  return marks.map(({ index, 0: line }) => ({ start: index, end: index + line.length }));
}

/** A person's text may end in a lone carriage return, which is no part of a line feed that follows. */
function dropLineBreaks(text: string, count: number, eol: string): string {
  let rest = text;
  for (let i = 0; i < count && rest.endsWith(eol); i++) rest = rest.slice(0, -eol.length);
  return rest;
}

function findLineBreak(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

function refuseBroken(text: string): SectionEdit {
  const first = /^(?:<!--|#) outloop:(?:begin|end)\b/m.exec(text)?.index ?? 0;
  const why = 'outloop’s marks are not as it wrote them: put one begin and one end back, or take the section out by hand';
  return { kind: 'refused', line: lineAt(text, first), why };
}

function refuseEdited(text: string, { contentStart }: Section): SectionEdit {
  const why = 'the section was edited by hand: move what is yours out of its marks, take the section out, and run this again';
  return { kind: 'refused', line: lineAt(text, contentStart), why };
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
