import { chmodSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new empty folder of mode 0700, by its real path; it goes when the test is over. For tests and `beforeEach`. */
export function temporaryHome(): string {
  const { home, remove } = makeHome();
  onTestFinished(remove);
  return home;
}

/** The same for whoever removes it themselves: `beforeAll`, and helpers that give back their own `remove`. */
export function makeHome(): { readonly home: string; readonly remove: () => void } {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'outloop-')));
  return {
    home,
    remove: () => {
      open(home);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Tests take permissions away; only root can remove what stands in such a folder. */
function open(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  chmodSync(path, 0o700);
  for (const name of readdirSync(path)) open(join(path, name));
}
