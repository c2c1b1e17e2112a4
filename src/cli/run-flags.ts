import { Errors, Flags, type Interfaces } from '@oclif/core';
import { REASON, RUN_FLAGS, STATUS_FD, TIMEOUT, type FlagForm } from './run-arguments.js';

/** Flags whose values have a form of their own; every value is something. */
const FORMS: Readonly<Record<string, FlagForm<unknown>>> = {
  'status-fd': STATUS_FD,
  timeout: TIMEOUT,
  reason: REASON,
};

/** Flags of `outloop run` in oclif's words, for help and completion; oclif's parser takes what `parseRunArguments` takes. */
export function oclifFlags(names: readonly string[]): Interfaces.FlagInput {
  return Object.fromEntries(
    RUN_FLAGS.filter(({ name }) => names.includes(name)).map(({ name, value, description }) => [
      name,
      value === null
        ? Flags.boolean({ description })
        : Flags.string({ description, helpValue: value, parse: (text) => readValue(name, text) }),
    ]),
  );
}

function readValue(name: string, text: string): Promise<string> {
  const form = FORMS[name];
  if (text === '') throw new Errors.CLIError(`--${name} needs a value`);
  if (form !== undefined && form.read(text) === null) throw new Errors.CLIError(form.needs);
  return Promise.resolve(text);
}
