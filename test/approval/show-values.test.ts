import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { showValues, SHOWN_CHARS } from '../../src/approval/show-values.js';

describe('the values that a person is shown', () => {
  it('are whole while they are short', () => {
    expect(showValues({ order: '7', deep: { a: [1, null] } }, {}, ['-v'])).toEqual({
      params: { order: { json: '"7"', length: 3 }, deep: { json: '{"a":[1,null]}', length: 14 } },
      extra: { json: '["-v"]', length: 6 },
    });
    expect(showValues({}, {}, [])).toEqual({ params: {}, extra: null });
  });

  it('are cut where they would grow too long, and say how long they are', () => {
    const { params } = showValues({ big: 'x'.repeat(60_000), later: 'y' }, {}, []);
    expect(params).toEqual({ big: { json: `"${'x'.repeat(SHOWN_CHARS - 1)}`, length: 60_002 }, later: { json: '', length: 3 } });
  });

  it('show of a file its name, its size and its hash, and nothing of its content', () => {
    const files = { note: { name: 'note.txt', bytes: Buffer.from('the content') } };
    const shown = showValues({ note: 'docs/note.txt' }, files, []);
    expect(shown.params['note']).toMatchObject({ file: '"docs/note.txt"', bytes: 11 });
    expect(JSON.stringify(shown)).not.toContain('the content');
  });

  it('are never longer than they may be in all', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }), fc.array(fc.string()), (values, extra) => {
        const { params, extra: shown } = showValues(values as never, {}, extra);
        const texts = [...Object.values(params).map((value) => ('json' in value ? value.json : '')), shown?.json ?? ''];
        expect(texts.join('').length).toBeLessThanOrEqual(SHOWN_CHARS);
      }),
    );
  });
});
