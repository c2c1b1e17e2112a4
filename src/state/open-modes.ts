import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StatePaths } from './paths.js';

/** What of a state its mode opens to others, though none of it can be written by them: absolute paths. */
export type OpenModes = { readonly directories: readonly string[]; readonly files: readonly string[] };

/** Directories of a state are made 0700 and its files 0600; this finds which are not so any more. Throws what the file system throws. */
export function findOpenModes(paths: StatePaths): OpenModes {
  const { config, state, record, services, tenants, vault, audit, limits } = paths;
  const directories = [...new Set([config, state, record, services, tenants, vault, audit, limits])];
  const files = [paths.settings, paths.links, ...listYaml(tenants)];
  return { directories: directories.filter(isOpen), files: files.filter(isOpen) };
}

function listYaml(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(directory, name));
}

function isOpen(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isSymbolicLink() && (stat.mode & 0o077) !== 0;
}
