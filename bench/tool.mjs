// A tool of 40 MB that does nothing, in two places.
import { randomFillSync } from 'node:crypto';
import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { userInfo } from 'node:os';

const BYTES = 40 * 1000 * 1000;

/** /bin/true with 40 MB after its end, which the loader does not look at. */
function makeTool(path) {
  copyFileSync('/bin/true', path);
  appendFileSync(path, randomFillSync(Buffer.alloc(BYTES)));
  return path;
}

/** In a folder below one that others can write: outloop runs a private copy of it, verified while it is copied. */
export function makeCopiedTool(folder) {
  return makeTool(join(folder, 'tool'));
}

/** Below root's own home, where only root can change it: outloop may remember its hash, and runs it in place. Null: we are not root. */
export function makeSystemTool() {
  if (process.getuid?.() !== 0) return null;
  const folder = mkdtempSync(join(userInfo().homedir, '.outloop-bench-'));
  return { path: makeTool(join(folder, 'tool')), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
