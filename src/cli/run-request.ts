import { Flags } from '@oclif/core';
import type { RunRequest } from '../model/run.js';
import { readParamsFile } from './read-params.js';
import { RUN_FLAGS, type RunArguments, type UsageProblem } from './run-arguments.js';
import { requestFrom } from './request-from.js';

/** Flags of `outloop run` in oclif's words, for help and completion. */
export function oclifFlags(names: readonly string[]) {
  return Object.fromEntries(
    RUN_FLAGS.filter(({ name }) => names.includes(name)).map(({ name, value, description }) => [
      name,
      value === null ? Flags.boolean({ description }) : Flags.string({ description, helpValue: value }),
    ]),
  );
}

/** A parsed command line as a request, its parameter file read. */
export function toRequest(parsed: RunArguments, env: Readonly<Record<string, string | undefined>>): RunRequest | UsageProblem {
  const file = parsed.paramsFrom === null ? null : readParamsFile(parsed.paramsFrom);
  if (file?.kind === 'unreadable') return { kind: 'usage', detail: file.detail, json: parsed.json, statusFd: null };
  return requestFrom(parsed, file?.params ?? [], env);
}
