import fc from 'fast-check';
import { parseName, type ScheduleName } from '../../src/model/ids.js';
import type { Job } from '../../src/schedule/job.js';
import { parseTiming } from '../../src/schedule/timing.js';

/** A job that runs `words` with `environment`, half past two every night. */
export function makeJob(words: Job['words'], environment: Job['environment'] = [], when = '30 2 * * *'): Job {
  return {
    label: 'outloop.0a1b2c3d.nightly',
    name: parseName<ScheduleName>('nightly')!,
    words,
    environment,
    timing: parseTiming(when),
  };
}

/** Texts as names and paths may be: any character but NUL, and those that some format or shell takes for its own far more often. */
export const anyText = fc
  .array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...'%\\\n\'"$` \t#;&|<>*?[]{}()~!=-+,:@^',
          '\r',
          '\u0001',
          '\u007f',
          '\\%',
          '%%',
          '$$',
          '\\n',
          '%h',
          '${HOME}',
          '$(id)',
          '`id`',
        ),
      },
      { weight: 3, arbitrary: fc.string({ unit: 'grapheme' }) },
      { weight: 1, arbitrary: fc.constantFrom('é', '日本', '🦊', '\u202e', '\u0085', '\u2028', '\u2029', '\ufeff') },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));

/** Words after the executable. */
export const anyWords = fc.array(anyText, { maxLength: 4 });
/** Variables with any value. */
export const anyEnvironment = fc
  .dictionary(fc.stringMatching(/^OUTLOOP_[A-Z]{1,8}$/), anyText, { maxKeys: 3 })
  .map((table) => Object.entries(table));
