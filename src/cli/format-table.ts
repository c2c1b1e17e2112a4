import { showText } from '../model/show-text.js';

/**
 * Rows in columns, a line each, without blanks at its end. Cells come from outside: each is shown on one line. `paint` may put
 * colour on a padded cell; it is told the row and the column, counted from 0.
 */
export function formatTable(
  rows: readonly (readonly string[])[],
  paint: (text: string, row: number, column: number) => string = (text) => text,
): readonly string[] {
  const shown = rows.map((row) => row.map(showText));
  const widths: number[] = [];
  for (const row of shown) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return shown.map((row, at) => {
    const last = row.findLastIndex((cell) => cell !== '');
    const cells = row.slice(0, last + 1).map((cell, i) => paint(cell.padEnd(i === last ? 0 : (widths[i] ?? 0)), at, i));
    return cells.join('  ');
  });
}
