import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { putSection, takeSection, type CommentStyle } from '../../src/agents/section.js';

const BODY = '## Title\n\nUse it.\n';
const style = fc.constantFrom<CommentStyle>('markdown', 'hash');
/** A file's bytes, one character each: any bytes, with many line breaks of both kinds, some lines that look like marks, and a BOM. */
const line = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom('', '\r', 'x\r', '# Title', 'see <!-- outloop:begin -->', ' # outloop:end', '<!-- outloop', '\u00ef\u00bb\u00bf'),
);
const text = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '')), { maxLength: 8 })
  .map((lines) => lines.flat().join(''))
  .filter((one) => !/^(?:<!--|#) outloop:(?:begin|end)\b/m.test(one));

const put = (before: string | null, body = BODY, how: CommentStyle = 'markdown') => {
  const edit = putSection(before, body, how);
  if (edit.kind !== 'ok' || edit.text === null) throw new Error('not put');
  return edit.text;
};

describe('a section', () => {
  test('that is put in and taken out leaves the very bytes', () => {
    fc.assert(
      fc.property(text, style, (before, how) => {
        expect(takeSection(put(before, BODY, how))).toEqual({ kind: 'ok', text: before, changed: true });
      }),
      { numRuns: 500 },
    );
  });

  test('that is put in twice stands there once, and is then not changed', () => {
    fc.assert(
      fc.property(text, style, (before, how) => {
        const once = put(before, BODY, how);
        expect(putSection(once, BODY, how)).toEqual({ kind: 'ok', text: once, changed: false });
      }),
    );
  });

  test('is brought up to date in its place, and what stands around it stays', () => {
    fc.assert(
      fc.property(text, text, style, (before, after, how) => {
        const old = put(before, 'Old.\n', how) + after;
        const now = put(old, BODY, how);
        expect(now).toContain(how === 'markdown' ? 'outloop:end -->' : '# outloop:end');
        expect(now).not.toContain('Old.');
        expect(now.startsWith(before)).toBe(true);
        expect(now.endsWith(after)).toBe(true);
      }),
    );
  });

  test('leaves what a person wrote after it, on a line of its own', () => {
    expect(takeSection(`${put('mine')}theirs\n`)).toEqual({ kind: 'ok', text: 'mine\ntheirs\n', changed: true });
    expect(takeSection(`${put('mine\r\n')}theirs`)).toEqual({ kind: 'ok', text: 'mine\r\ntheirs', changed: true });
  });

  test('has the file’s own line breaks, and none of them counts as an edit', () => {
    const text = put('a\r\nb');
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(takeSection(text.replaceAll('\r\n', '\n'))).toMatchObject({ kind: 'ok', text: 'a\nb' });
  });

  test('that is alone in a file made for it takes the file with it; in a file that was empty it does not', () => {
    expect(takeSection(put(null))).toEqual({ kind: 'ok', text: null, changed: true });
    expect(takeSection(put(''))).toEqual({ kind: 'ok', text: '', changed: true });
    expect(takeSection(`${put(null)}mine\n`)).toEqual({ kind: 'ok', text: 'mine\n', changed: true });
  });

  test('that was edited by hand is refused with its line, and nothing is lost', () => {
    const edited = put('a\nb\n').replace('Use it.', 'Use it. Mine.');
    for (const edit of [putSection(edited, BODY, 'markdown'), takeSection(edited)])
      expect(edit).toMatchObject({ kind: 'refused', line: 5 });
  });

  test.each([
    ['no end', (whole: string) => whole.replace(/^.*outloop:end.*\n/m, '')],
    ['no begin', (whole: string) => whole.replace(/^.*outloop:begin.*\n/m, '')],
    ['two of them', (whole: string) => whole + whole],
    ['a begin that was changed', (whole: string) => whole.replace('joined=1', 'joined=9')],
    [
      'its end first',
      (whole: string) =>
        whole.replace('outloop:begin', 'outloop:x').replace('outloop:end', 'outloop:begin').replace('outloop:x', 'outloop:end'),
    ],
  ])('with %s is refused', (_what, change) => {
    const broken = change(put('a\n'));
    for (const edit of [putSection(broken, BODY, 'markdown'), takeSection(broken)]) expect(edit.kind).toBe('refused');
  });
});
