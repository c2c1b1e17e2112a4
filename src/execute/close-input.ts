import type { Readable } from 'node:stream';

/**
 * Closes a standard input that was read. Node has made a pipe or socket non-blocking, for whoever else reads it too, and makes that undone at an exit, but not where a
 * signal ends the process: so it is done here.
 */
export function closeInput(input: Readable): void {
  const handle: unknown = Reflect.get(input, '_handle');
  if (hasBlocking(handle)) handle.setBlocking(true);
  input.destroy();
}

function hasBlocking(handle: unknown): handle is { setBlocking(blocking: boolean): number } {
  return typeof handle === 'object' && handle !== null && 'setBlocking' in handle && typeof handle.setBlocking === 'function';
}
