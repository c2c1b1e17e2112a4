import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { FileValue } from '../model/action.js';
import { findCode } from '../model/error-code.js';
import type { Alias, Json } from '../model/service.js';

/** `values` holds the paths; `opened` what was read before, which is not opened again. `workspace` is a real path or null. */
export type FileRequest = {
  readonly alias: Alias;
  readonly values: Readonly<Record<string, Json>>;
  readonly workspace: string | null;
  readonly opened: Readonly<Record<string, FileValue>>;
};

/**
 * Opens each `file` parameter that has a path and was not opened yet, once, and reads it whole. The answer holds the content
 * of all of them by the parameter's name, or PARAM_INVALID / PARAM_UNSAFE with the first that cannot be taken.
 */
export function openFiles({ alias, values, workspace, opened }: FileRequest): Readonly<Record<string, FileValue>> | Denial {
  const files: Record<string, FileValue> = { ...opened };
  for (const [name, param] of Object.entries(alias.params)) {
    const path = Object.hasOwn(values, name) ? values[name] : undefined;
    if (param.type !== 'file' || typeof path !== 'string' || Object.hasOwn(files, name)) continue;
    if (workspace === null) return deny('PARAM_INVALID', { param: name, detail: 'there is no workspace to take a file from' });
    const file = readWorkspaceFile({ param: name, workspace, path, maxBytes: param.maxBytes });
    if (isDenial(file)) return file;
    files[name] = file;
  }
  return files;
}

type FileSource = { readonly param: string; readonly workspace: string; readonly path: string; readonly maxBytes: number };

function readWorkspaceFile({ param, workspace, path, maxBytes }: FileSource): FileValue | Denial {
  const invalid = (detail: string): Denial => deny('PARAM_INVALID', { param, detail });
  const unsafe = (detail: string): Denial => deny('PARAM_UNSAFE', { param, detail });
  if (path === '' || path.includes('\0')) return unsafe('it is not a path');
  if (path.startsWith('/')) return unsafe('the path must be relative to the workspace');
  if (path.split('/').includes('..')) return unsafe('the path may not climb');

  let descriptor: number;
  try {
    // O_NONBLOCK keeps a FIFO without a writer from hanging the run; O_NOFOLLOW refuses a link as the last part.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
    descriptor = openSync(join(workspace, path), flags);
  } catch (cause) {
    return describeOpenFault(cause, invalid, unsafe);
  }
  try {
    const opened = fstatSync(descriptor, { bigint: true });
    if (!opened.isFile()) return invalid('it is not a plain file');
    const real = findRealPath(workspace, path, opened);
    if (real === null) return unsafe('it lies outside the workspace');
    if (opened.size > BigInt(maxBytes)) return invalid(`the file is larger than ${maxBytes} bytes`);
    const bytes = readAtMost(descriptor, maxBytes + 1);
    // The file may have grown since its size was taken.
    return bytes.length > maxBytes ? invalid(`the file is larger than ${maxBytes} bytes`) : { name: basename(real), bytes };
  } finally {
    closeSync(descriptor);
  }
}

/** Checked after opening: what the path leads to now must be the very file that was opened, and inside the workspace. */
function findRealPath(workspace: string, path: string, opened: { readonly dev: bigint; readonly ino: bigint }): string | null {
  try {
    const root = realpathSync(workspace);
    const real = realpathSync(join(workspace, path));
    const there = lstatSync(real, { bigint: true });
    const inside = real.startsWith(root === sep ? root : root + sep);
    return inside && there.dev === opened.dev && there.ino === opened.ino ? real : null;
  } catch {
    return null; // It was moved away in the meantime.
  }
}

function readAtMost(descriptor: number, maxBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  while (total < maxBytes) {
    const part = new Uint8Array(Math.min(65_536, maxBytes - total));
    const count = readSync(descriptor, part, 0, part.length, null);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    total += count;
  }
  return Buffer.concat(parts, total);
}

function describeOpenFault(cause: unknown, invalid: (detail: string) => Denial, unsafe: (detail: string) => Denial): Denial {
  switch (findCode(cause) ?? '') {
    case 'ENOENT':
    case 'ENOTDIR':
      return invalid('there is no such file in the workspace');
    case 'ELOOP':
    case 'EMLINK': // FreeBSD's word for it
      return unsafe('it is a symbolic link');
    case 'EACCES':
    case 'EPERM':
    case 'ENXIO':
    case 'EISDIR':
      return invalid('it cannot be read');
    case 'ENAMETOOLONG':
      return invalid('the path is too long');
    default:
      throw cause;
  }
}
