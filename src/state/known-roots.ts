import type { KnownRoots } from '../net/known-roots.js';
import { inside } from '../model/inside.js';
import type { State } from './open-state.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

/** A certificate is some 2 KB. */
const MAX_BYTES = 65_536;

/** Known roots in a state, a file for each host beside what is compiled. A state that cannot be written learns nothing. */
export function openKnownRoots({ paths, uid }: Pick<State, 'paths' | 'uid'>): KnownRoots {
  // A host has no slash in it, and the file's name no dot at its beginning.
  const pathOf = (host: string): string => inside(paths.compiled, `root-${host}.pem`);
  return {
    recall: (host) => {
      const file = readPrivateFile(pathOf(host), { uid, maxBytes: MAX_BYTES });
      return file.kind === 'ok' ? file.bytes.toString('latin1') : null;
    },
    remember: (host, root) => {
      try {
        writePrivateFile(pathOf(host), root, 0o600, false);
      } catch {
        // All roots are read the next time as well.
      }
    },
  };
}
