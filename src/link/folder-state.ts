import { lstatSync, realpathSync } from 'node:fs';
import { codeOf } from '../model/error-code.js';
import type { LinkEntry } from './registry.js';

/**
 * What became of a linked folder. `replaced`: another folder, or none, has its path now. `moved`: its path leads to another one by way of a symlink. One
 * that cannot be looked at counts as `there`.
 */
export type FolderState = 'there' | 'gone' | 'replaced' | 'moved';

export function findFolderState({ directory, inode }: LinkEntry): FolderState {
  try {
    const stat = lstatSync(directory, { bigint: true });
    if (realpathSync(directory) !== directory) return 'moved';
    return stat.isDirectory() && String(stat.ino) === inode ? 'there' : 'replaced';
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'there';
  }
}
