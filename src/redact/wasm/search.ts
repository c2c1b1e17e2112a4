// What is looked for in a stream, and how: set once.

/** Whether symbols are the visible bytes as they are. */
export let verbatim: bool = false;
/** As in engine.ts. */
export let row: i32 = 0;

export function setSearch(exact: bool, ofRow: i32): void {
  verbatim = exact;
  row = ofRow;
}
