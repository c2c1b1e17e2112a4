import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, realpathSync, type Dirent } from 'node:fs';
import { join, sep } from 'node:path';
import { codeOf } from '../model/error-code.js';

/** Where coding agents look for what they are told, as patterns of a path within a folder, each with whose it is. */
const PLACES: readonly { readonly pattern: RegExp; readonly whose: string }[] = [
  { pattern: /(?:^|\/)agents(?:\.override)?\.md$/i, whose: 'AGENTS.md: Codex, Cursor, Copilot and others' },
  { pattern: /(?:^|\/)claude(?:\.local)?\.md$/i, whose: 'Claude Code' },
  { pattern: /(?:^|\/)gemini\.md$/i, whose: 'Gemini CLI' },
  { pattern: /(?:^|\/)skill\.md$/i, whose: 'Agent Skills' },
  { pattern: /(?:^|\/)\.(?:claude|agents|codex|cursor|gemini|github|opencode)\/skills\//, whose: 'Agent Skills, with the files of each' },
  { pattern: /(?:^|\/)\.claude\/(?:commands|agents|rules|output-styles)\/.*\.md$/, whose: 'Claude Code' },
  { pattern: /(?:^|\/)\.cursor\/(?:rules|commands)\/.*\.mdc?$/, whose: 'Cursor' },
  { pattern: /(?:^|\/)\.(?:cursorrules|windsurfrules|clinerules|roorules|goosehints)$/, whose: 'Cursor, Windsurf, Cline, Roo, Goose' },
  { pattern: /(?:^|\/)\.github\/(?:copilot-instructions\.md$|(?:instructions|prompts|agents|chatmodes)\/.*\.md$)/, whose: 'Copilot' },
  { pattern: /(?:^|\/)\.gemini\/commands\/.*\.toml$/, whose: 'Gemini CLI' },
  {
    pattern: /(?:^|\/)\.(?:windsurf|roo|clinerules|kiro|junie|amazonq|continue|augment|trae|opencode)\/.*\.(?:mdc?|txt)$/,
    whose: 'others',
  },
  { pattern: /(?:^|\/)conventions\.md$/i, whose: 'Aider' },
];

/** Folders that hold what others wrote, or no text. */
const PASSED_OVER = new Set(['.git', '.hg', '.svn', 'node_modules', '.venv', 'venv']);

const MAX_ENTRIES = 200_000;
const MAX_DEPTH = 24;
const MAX_BYTES = 1024 * 1024;

/** A file that tells an agent what to do; `text` is null where it could not be looked into, and `why` says so in a clause. */
export type InstructionFile =
  | { readonly kind: 'text'; readonly file: string; readonly text: string }
  | { readonly kind: 'unread'; readonly file: string; readonly why: string };

/**
 * Every instruction file and skill below a folder (its real path), by path. Links are not followed out of it; a file that an agent would
 * read and we cannot is given with the reason, never passed over.
 */
export function* readInstructionFiles(folder: string): Generator<InstructionFile, void> {
  let entries = 0;
  const waiting: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const listed = listFolder(join(folder, next.path));
    if (typeof listed === 'string') {
      yield { kind: 'unread', file: next.path === '' ? '.' : next.path, why: listed };
      continue;
    }
    const below: typeof waiting = [];
    for (const entry of listed) {
      const file = next.path === '' ? entry.name : `${next.path}/${entry.name}`;
      if (++entries > MAX_ENTRIES) {
        yield { kind: 'unread', file, why: `the folder holds more than ${MAX_ENTRIES} files` };
        return;
      }
      if (entry.isDirectory()) {
        if (PASSED_OVER.has(entry.name)) continue;
        if (next.depth >= MAX_DEPTH) yield { kind: 'unread', file, why: `lies deeper than ${MAX_DEPTH} folders` };
        else below.push({ path: file, depth: next.depth + 1 });
      } else if (PLACES.some(({ pattern }) => pattern.test(file))) yield* readOne(folder, file);
    }
    waiting.push(...below.reverse());
  }
}

function listFolder(path: string): readonly Dirent[] | string {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    return `cannot be read (${codeOf(error)})`;
  }
}

function* readOne(folder: string, file: string): Generator<InstructionFile, void> {
  const unread = (why: string): InstructionFile => ({ kind: 'unread', file, why });
  try {
    const path = join(folder, file);
    const real = lstatSync(path).isSymbolicLink() ? realpathSync(path) : path;
    if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      yield unread('is a link that leads out of the folder');
      return;
    }
    const descriptor = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      // A linked folder is looked into where it lies.
      if (stat.isDirectory()) return;
      if (!stat.isFile()) {
        yield unread('is not a plain file');
        return;
      }
      if (stat.size > MAX_BYTES) {
        yield unread(`is longer than ${MAX_BYTES} bytes`);
        return;
      }
      const bytes = readFileSync(descriptor);
      // A picture or an archive of a skill's.
      if (bytes.includes(0)) return;
      yield { kind: 'text', file, text: bytes.toString('utf8').replace(/^\ufeff/, '') };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    yield unread(`cannot be read (${codeOf(error)})`);
  }
}
