import { createHmac, timingSafeEqual } from 'node:crypto';
import { readPrivateFile, writePrivateFile } from '../state/private-file.js';

/** Where hashes of system tools are remembered, who owns the file, and the key that its MAC is made with (the state's audit key). */
export type HashCache = { readonly file: string; readonly key: Uint8Array; readonly uid: number };

const MAX_BYTES = 1024 * 1024;
/** Keeps this MAC from standing for anything else that the key signs. */
const PURPOSE = 'outloop tool hashes v1\n';

/** The hash that was remembered for a file's identity (`identifyFile`); null: none, or the cache is not ours. */
export function recallHash(cache: HashCache, path: string, identity: string): string | null {
  const entry = readEntries(cache).get(path);
  return entry !== undefined && entry.identity === identity ? entry.sha256 : null;
}

/** Remembers a hash. It is only ever a short cut, so a state that cannot be written is no failure. */
export function rememberHash(cache: HashCache, path: string, entry: { readonly identity: string; readonly sha256: string }): void {
  const entries = JSON.stringify([...readEntries(cache).set(path, entry)]);
  try {
    writePrivateFile(cache.file, `${sign(cache.key, entries).toString('hex')}\n${entries}\n`, 0o600, false);
  } catch {
    // The next run hashes again.
  }
}

type Entry = { readonly identity: string; readonly sha256: string };

/** The whole file is signed, so what verifies is what this module wrote. */
function readEntries({ file, key, uid }: HashCache): Map<string, Entry> {
  const read = readPrivateFile(file, { uid, maxBytes: MAX_BYTES });
  if (read.kind !== 'ok') return new Map();
  const [mac = '', entries = '', end, ...more] = read.bytes.toString('utf8').split('\n');
  const given = Buffer.from(mac, 'hex');
  const own = sign(key, entries);
  if (end !== '' || more.length > 0 || given.length !== own.length || !timingSafeEqual(given, own)) return new Map();
  return new Map(JSON.parse(entries) as [string, Entry][]);
}

function sign(key: Uint8Array, entries: string): Buffer {
  return createHmac('sha256', key).update(PURPOSE).update(entries).digest();
}
