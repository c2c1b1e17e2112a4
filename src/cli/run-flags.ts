import { Flags } from '@oclif/core';
import { RUN_FLAGS } from './run-arguments.js';

/** Flags of `outloop run` in oclif's words, for help and completion. */
export function oclifFlags(names: readonly string[]) {
  return Object.fromEntries(
    RUN_FLAGS.filter(({ name }) => names.includes(name)).map(({ name, value, description }) => [
      name,
      value === null ? Flags.boolean({ description }) : Flags.string({ description, helpValue: value }),
    ]),
  );
}
