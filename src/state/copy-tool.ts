import { createHash } from 'node:crypto';
import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { deny, type Denial } from '../denial/denial.js';
import type { Tool } from '../model/action.js';

const CHUNK_BYTES = 256 * 1024;

/**
 * Copies a vetted executable into `directory` (made here) under its own base name and gives the copy's path once its bytes hash to
 * the pin. Whoever changes the original meanwhile changes nothing of what runs: only the copy is executed, and only its bytes were hashed.
 * Throws what the file system says of the copy.
 */
export function copyTool(tool: Tool, directory: string, name: string): string | Denial {
  let from: number;
  try {
    from = openSync(tool.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return deny('TOOL_NOT_FOUND', { tool: tool.path });
  }
  try {
    const stat = fstatSync(from);
    if (!stat.isFile() || stat.size !== tool.size) return deny('TOOL_CHANGED', { tool: tool.path });
    mkdirSync(directory, 0o700);
    const path = join(directory, name);
    const to = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o700);
    try {
      if (copyHashed(from, to) !== tool.sha256) return deny('TOOL_CHANGED', { tool: tool.path });
      fchmodSync(to, 0o500);
    } finally {
      closeSync(to);
    }
    return path;
  } finally {
    closeSync(from);
  }
}

function copyHashed(from: number, to: number): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const read = readSync(from, buffer, 0, buffer.length, null);
    if (read === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, read));
    for (let at = 0; at < read;) at += writeSync(to, buffer, at, read - at);
  }
}
