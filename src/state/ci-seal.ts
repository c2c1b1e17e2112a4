import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errorCode } from '../model/error-code.js';
import { isTable, parseStrictJson } from '../model/json-table.js';
import { isSha256 } from '../model/sha256.js';
import type { State } from './open-state.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';

// A CI's state is committed, and whoever writes to the repository can write to it. `seal.json` holds an HMAC under the vault's key, which the CI
// alone has, over every file that a decision is made from.

const MAX_BYTES = 16 * 1024 * 1024;

/** Seals a CI's state as it stands. Null, or why it cannot be, as a clause. Throws what writing the seal throws. */
export function sealCiState(state: State, vaultKey: Uint8Array): string | null {
  const seal = makeSeal(state, vaultKey);
  if (typeof seal === 'string') return seal;
  writePrivateFile(sealPath(state), `${JSON.stringify({ version: 1, seal: seal.toString('hex') })}\n`);
  return null;
}

/** Whether a CI's state is as it was sealed: null, or what is wrong, as a clause. */
export function checkCiSeal(state: State, vaultKey: Uint8Array): string | null {
  const file = readPrivateFile(sealPath(state), { uid: state.uid, maxBytes: 4096 });
  if (file.kind !== 'ok') return file.kind === 'absent' ? 'seal.json is missing' : `seal.json ${file.why}`;
  const given = parseSeal(file.bytes.toString('utf8'));
  if (given === null) return 'seal.json is damaged';
  const expected = makeSeal(state, vaultKey);
  if (typeof expected === 'string') return expected;
  return given.length === expected.length && timingSafeEqual(given, expected) ? null : CHANGED;
}

const CHANGED = 'a file of the CI’s state is not as outloop ci init wrote it';

function makeSeal(state: State, vaultKey: Uint8Array): Buffer | string {
  const files = listSealed(state);
  if (typeof files === 'string') return files;
  const hashes: [string, string][] = [];
  for (const path of files) {
    const file = readPrivateFile(path, { uid: state.uid, maxBytes: MAX_BYTES });
    if (file.kind === 'absent') continue;
    const name = relative(state.paths.state, path);
    if (file.kind === 'refused') return `${name} ${file.why}`;
    hashes.push([name, hash('sha256', file.bytes)]);
  }
  const key = createHmac('sha256', vaultKey).update('outloop ci state 1').digest();
  return createHmac('sha256', key).update(JSON.stringify(hashes)).digest();
}

/** What a run decides and acts from. What runs keep beside it (tokens, locks) is not among it. */
function listSealed({ paths }: State): readonly string[] | string {
  try {
    const vaults = readdirSync(paths.vault, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const secrets = vaults.flatMap(({ name }) => listIn(join(paths.vault, name)).filter((path) => path.endsWith('.secret')));
    const single = [paths.identity, paths.ciLinks, paths.settings, paths.tools, join(paths.vault, 'store.json')];
    return [...single, ...listIn(paths.services), ...listIn(paths.tenants), ...secrets].sort();
  } catch (error) {
    return `a directory of the CI’s state cannot be read (${errorCode(error)})`;
  }
}

function listIn(directory: string): string[] {
  return readdirSync(directory).map((name) => join(directory, name));
}

function parseSeal(text: string): Buffer | null {
  const value = parseStrictJson(text);
  if (!isTable(value) || Object.keys(value).sort().join() !== 'seal,version' || value['version'] !== 1) return null;
  const { seal } = value;
  return isSha256(seal) ? Buffer.from(seal, 'hex') : null;
}

function sealPath({ paths }: State): string {
  return join(paths.state, 'seal.json');
}
