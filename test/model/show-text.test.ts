import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeJson, showText } from '../../src/model/show-text.js';

test.each([
  ['plain é 漢字 🙂', 'plain é 漢字 🙂'],
  ['a\nb\tc\0', 'a\\u{a}b\\u{9}c\\u{0}'],
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['\u202eevil\u2066', '\\u{202e}evil\\u{2066}'],
  ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
  ['\u2028\u2029\u0085', '\\u{2028}\\u{2029}\\u{85}'],
  ['\ud800 and \udc00', '\\u{d800} and \\u{dc00}'],
  // Words that only a program reads.
  ['x\u{e0061}\u{e007f}y\u{e0101}', 'x\\u{e0061}\\u{e007f}y\\u{e0101}'],
  ['soft\u00adhyphen, \u180e\u3164\uffa0fillers', 'soft\\u{ad}hyphen, \\u{180e}\\u{3164}\\u{ffa0}fillers'],
])('%j is shown as %s', (text, shown) => {
  expect(showText(text)).toBe(shown);
});

test('what is shown stays on its line, holds no control and can be shown again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = showText(text);
      expect(shown).toMatch(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u);
      expect(showText(shown)).toBe(shown);
    }),
  );
});

test('JSON is the same value on a terminal, with nothing that it would act on', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = escapeJson(JSON.stringify({ text }, null, 2));
      expect(json.replaceAll('\n', '')).toMatch(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u);
      expect(JSON.parse(json)).toEqual({ text });
    }),
  );
});
