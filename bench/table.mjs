// Figures as a Markdown table.

/** Prints rows of cells under a head; the first column is text, the others are numbers. */
export function printTable(head, rows) {
  console.log(`\n| ${head.join(' | ')} |`);
  console.log(`| --- |${' ---: |'.repeat(head.length - 1)}`);
  for (const cells of rows) console.log(`| ${cells.join(' | ')} |`);
}

export function times(ratio) {
  return `${ratio.toFixed(2)}×`;
}

/** A goal beside what was measured: `≤ 1.60×`, and whether that was reached. */
export function judge(measured, goal) {
  return goal === undefined ? '' : `≤ ${goal.toFixed(2)}× ${measured <= goal ? 'met' : 'missed'}`;
}
