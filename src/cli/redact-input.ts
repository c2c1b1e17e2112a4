import { createReadStream, fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { RunAnswer } from '../broker/end-run.js';
import type { RedactArguments } from './redact-arguments.js';
import { readAssertions, readClaim } from './run-request.js';
import type { RunSetting } from './run-setting.js';

/** `outloop redact`: passes our standard input on to our standard output. */
export async function redactInput(args: RedactArguments, { world, caller, streams, signal }: RunSetting): Promise<RunAnswer> {
  const { redactStream } = await import('../broker/redact-stream.js');
  const request = { credentials: args.credentials, claim: readClaim(args, caller.env), assertedTenants: readAssertions(args, caller.env) };
  return redactStream(request, caller, { open: openStdin, stdout: streams.stdout }, world, signal);
}

/** Node takes a standard input that it does not know, such as a directory or a disk, for an empty one: reading it must give its bytes, or fail. */
function openStdin(): Readable {
  const kind = fstatSync(0);
  return kind.isDirectory() || kind.isBlockDevice() ? createReadStream('', { fd: 0, autoClose: false }) : process.stdin;
}
