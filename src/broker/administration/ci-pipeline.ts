import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CiProvider } from '../../model/ci.js';
import { rethrowBug } from '../../model/error-code.js';
import { refusal, type Refusal } from '../../model/refusal.js';
import { writePrivateFile } from '../../state/private-file.js';
import type { World } from '../world.js';

/**
 * A part of a pipeline. `file` is within the repository; `state` says whether it is there already: `same`, as it would be written, `other`, edited, and
 * so it stays, or `replaced`, edited, and to be written anew.
 */
export type Pipeline = { readonly file: string; readonly text: string; readonly state: 'absent' | 'same' | 'other' | 'replaced' };

/** What a pipeline's template takes: paths within the repository, and the command lines of its steps, as a shell reads them. */
export type PipelineParts = { readonly home: string; readonly folder: string; readonly run: string };

/** `replace`: one that was edited is to be written anew. */
export type PipelineWish = {
  readonly top: string;
  readonly provider: CiProvider;
  readonly parts: PipelineParts;
  readonly replace: boolean;
};

const FILES: Readonly<Record<CiProvider, { readonly template: string; readonly file: string; readonly mode: number }>> = {
  github: { template: 'github.yml', file: '.github/workflows/outloop.yml', mode: 0o644 },
  gitlab: { template: 'gitlab.yml', file: '.gitlab/outloop.yml', mode: 0o644 },
  generic: { template: 'generic.sh', file: 'outloop-ci.sh', mode: 0o755 },
};

/** Fills a pipeline's template; refused where the command line cannot stand in it as it is. */
export function planPipeline(world: World, { top, provider, parts, replace }: PipelineWish): Pipeline | Refusal {
  const { template, file } = FILES[provider];
  const words = Object.values(parts).join('\n').split('\n');
  if (words.length !== Object.keys(parts).length || words.some((word) => /[\u0000-\u001f\u007f\u0085\u2028\u2029\ufeff]/.test(word)))
    return refusal('a pipeline’s line cannot hold a line break or a control character', 'leave the alias out, and write the step yourself');
  if (provider === 'github' && words.some((word) => word.includes('${{')))
    return refusal('GitHub would read ${{ as an expression', 'leave the alias out, and write the step yourself');
  const filling: Readonly<Record<string, string>> = {
    '@VERSION@': world.version,
    '@HOME@': parts.home,
    '@FOLDER@': parts.folder,
    '@RUN@': parts.run,
  };
  const text = readFileSync(join(world.templates, 'ci', template), 'utf8').replace(/@[A-Z]+@/g, (token) => filling[token] ?? token);
  const there = readText(join(top, file));
  const edited = replace ? 'replaced' : 'other';
  return { file, text, state: there === null ? 'absent' : there === text ? 'same' : edited };
}

/** Writes a pipeline's part in one step, unless it stays as it is. Throws the file system's error. */
export function writePipeline(top: string, provider: CiProvider, { file, text, state }: Pipeline): void {
  if (state === 'same' || state === 'other') return;
  mkdirSync(dirname(join(top, file)), { recursive: true });
  writePrivateFile(join(top, file), text, FILES[provider].mode);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    rethrowBug(error);
    return null;
  }
}
