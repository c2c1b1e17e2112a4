import { isUtf8 } from 'node:buffer';
import { deny, type Denial } from '../denial/denial.js';
import type { ToolPin } from '../model/action.js';
import { isTable, parseStrictJson } from '../model/json-table.js';
import { isSha256 } from '../model/sha256.js';
import { writePrivateFile } from '../state/private-file.js';

/** What `service vet` pinned: the executable's path as services name it → what it was. */
export type ToolPins = Readonly<Record<string, ToolPin>>;

/**
 * Reads tools.json, `{"version":1,"tools":{"/usr/bin/gh":{"path","sha256","size"}}}`, strictly and by hand, since every run of a
 * command does. CONFIG_INVALID for anything else: a pin that cannot be read must not count as none.
 */
export function readToolPins(bytes: Uint8Array): ToolPins | Denial {
  const root = isUtf8(bytes) ? parseStrictJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) : null;
  const tools = isTable(root) && hasKeys(root, ['tools', 'version']) && root['version'] === 1 ? root['tools'] : null;
  if (!isTable(tools)) return invalid();
  const pins: Record<string, ToolPin> = {};
  for (const [name, pin] of Object.entries(tools)) {
    if (!name.startsWith('/') || !isTable(pin) || !hasKeys(pin, ['path', 'sha256', 'size'])) return invalid();
    const { path, sha256, size } = pin;
    if (typeof path !== 'string' || !path.startsWith('/')) return invalid();
    if (!isSha256(sha256)) return invalid();
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return invalid();
    pins[name] = { path, sha256, size };
  }
  return pins;
}

/** The bytes of tools.json, sorted by name, for people to compare. */
export function formatToolPins(pins: ToolPins): string {
  const tools = Object.fromEntries(
    Object.entries(pins)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { path, sha256, size }]) => [name, { path, sha256, size }]),
  );
  return `${JSON.stringify({ version: 1, tools }, null, 2)}\n`;
}

/** Replaces tools.json in one step, 0600. Throws the file system's error. */
export function writeToolPins(file: string, pins: ToolPins): void {
  writePrivateFile(file, formatToolPins(pins));
}

function hasKeys(record: Record<string, unknown>, keys: readonly string[]): boolean {
  return Object.keys(record).sort().join() === keys.join();
}

function invalid(): Denial {
  return deny('CONFIG_INVALID', { detail: 'tools.json cannot be read; vet the services again' });
}
