import { hash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { inside } from '../model/inside.js';
import { whyUntrusted } from './private-file.js';

/** A YAML file of the configuration as its directory shows it. Numbers are decimal text; times are nanoseconds since the epoch. */
export type Source = {
  /** Its base name, `github.yaml`. */
  readonly name: string;
  /** Inode, size, mtime and ctime: what tells one state of the file from the next. */
  readonly stamp: string;
  /** The later of mtime and ctime. */
  readonly changedNs: bigint;
  /** Why it must not be trusted (a link, another user's, open to others), or null. */
  readonly fault: string | null;
};

/**
 * A file whose stamp is this close to the moment it was read may have been written again under the same stamp ("racy git"):
 * the coarsest clock of a Linux kernel ticks every 10 ms, and this leaves room.
 */
export const RACY_NS = 50_000_000n;

/** Whether a source read at `nowMs` may be written again without its stamp moving. */
export function isRacy(changedNs: bigint, nowMs: number): boolean {
  return changedNs >= BigInt(Math.floor(nowMs)) * 1_000_000n - RACY_NS;
}

/** What the file of a service or tenant of that name may be called; the first is for a new one. */
export function fileNames(name: string): readonly [string, string] {
  return [`${name}.yaml`, `${name}.yml`];
}

/** The name that a file of `listSources` is called after. */
export function nameOfSource({ name }: Pick<Source, 'name'>): string {
  return name.replace(/\.ya?ml$/, '');
}

const SOURCE = /^[^.].*\.ya?ml$/;

/** Every `*.yaml` and `*.yml` file of a directory but hidden ones, sorted by name. Throws the file system's error. */
export function listSources(directory: string, uid: number): Source[] {
  const sources: Source[] = [];
  for (const name of readdirSync(directory)) {
    if (!SOURCE.test(name)) continue;
    const source = lookAtSource(directory, name, uid);
    if (source !== null) sources.push(source);
  }
  return sources.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One file as `listSources` shows it; null when it is gone. */
function lookAtSource(directory: string, name: string, uid: number): Source | null {
  const stat = lstatSync(inside(directory, name), { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return null;
  const fault = stat.isSymbolicLink() ? 'is a symbolic link' : !stat.isFile() ? 'is not a regular file' : whyUntrusted(stat, { uid });
  const changedNs = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs;
  return { name, stamp: `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`, changedNs, fault };
}

/** The stamp of a directory: it moves when a name in it is added, removed or replaced. Throws the file system's error. */
export function stampDirectory(directory: string): { readonly stamp: string; readonly changedNs: bigint } {
  const stat = lstatSync(directory, { bigint: true });
  return { stamp: `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs}`, changedNs: stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs };
}

/** SHA-256 (hex) over every source's name, stamp and fault. */
export function fingerprint(sources: readonly Source[]): string {
  const lines = sources.map(({ name, stamp, fault }) => `${name}\0${stamp}\0${fault ?? ''}\n`);
  return hash('sha256', lines.join(''));
}

/** SHA-256 (hex) of a file's bytes. */
export function hashBytes(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}
