import { showText } from '../model/show-text.js';

/** A last column takes a line of its own where there is less room for its text; no id of ours is longer. */
const LEAST_ROOM = 32;
const BETWEEN = '  ';
/** Where a row goes on in another line. */
const INDENT = 4;

export type TableStyle = {
  /** How many characters a line of the terminal has; null: none, and a row is one line, however long. */
  readonly width?: number | null;
  /** May put colour on a padded cell; it is told the row and the column, counted from 0. */
  readonly paint?: (text: string, row: number, column: number) => string;
};

/**
 * Rows in columns, without blanks at a line's end. Cells come from outside: each is shown on one line. Where the columns need more than `width`, the last one's text goes on under itself, and
 * those that find no place at all go on in further lines, as many for every row. Nothing is cut, and no word is broken, so that what is shown can be copied.
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  { width = null, paint = (text) => text }: TableStyle = {},
): readonly string[] {
  const shown = rows.map((row) => row.map(showText));
  const widths: number[] = [];
  for (const row of shown) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const lines = placeColumns(widths, width ?? Infinity);
  return shown.flatMap((row, at) =>
    lines.flatMap(({ indent, columns }, index) => {
      const last = columns.findLast((column) => (row[column] ?? '') !== '');
      if (last === undefined) return index === 0 ? [''] : [];
      const before = columns.filter((column) => column < last);
      const start = before.reduce((sum, column) => sum + (widths[column] ?? 0) + BETWEEN.length, indent);
      const cells = before.map((column) => `${paint((row[column] ?? '').padEnd(widths[column] ?? 0), at, column)}${BETWEEN}`);
      return wrapText(row[last] ?? '', (width ?? Infinity) - start).map(
        (text, part) => `${part === 0 ? ' '.repeat(indent) + cells.join('') : ' '.repeat(start)}${paint(text, at, last)}`,
      );
    }),
  );
}

/** One of the lines that each row takes, with the columns that stand in it. */
type TableLine = { readonly indent: number; readonly columns: number[] };

/** Puts each column into the line before it where there is room, else into a further one. */
function placeColumns(widths: readonly number[], width: number): readonly TableLine[] {
  const lines: TableLine[] = [{ indent: 0, columns: [] }];
  let used = 0;
  widths.forEach((own, column) => {
    const isLast = column === widths.length - 1;
    const needed = isLast ? Math.min(own, LEAST_ROOM) : own;
    if (column > 0 && used + needed > width) {
      lines.push({ indent: INDENT, columns: [] });
      used = INDENT;
    }
    lines.at(-1)?.columns.push(column);
    used += own + BETWEEN.length;
  });
  return lines;
}

/** Text in lines of so many characters, broken at blanks; a longer word has a line of its own. */
function wrapText(text: string, room: number): readonly string[] {
  const [first = '', ...words] = text.split(' ');
  const lines = [first];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
