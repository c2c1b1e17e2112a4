import { FIRST_ENDED } from '../denial/exits.js';
import type { RunAnswer } from '../broker/run.js';
import type { ByteSink } from '../model/byte-sink.js';
import { openCaptureSink, openDescriptorSink, type DescriptorSink } from './descriptor-sink.js';

/**
 * Where an action's output goes. `finish` writes what is left once the run has ended, and says in a clause what could not be written; null: all
 * of it was, or its reader has gone.
 */
export type RunOutput = {
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  finish(answer: RunAnswer): Promise<string | null>;
};

/** Straight to our own standard output and error. */
export function openDirectOutput(): RunOutput {
  const stdout = openDescriptorSink(1);
  const stderr = openDescriptorSink(2);
  return {
    stdout,
    stderr,
    async finish({ result }) {
      if (result !== undefined) stdout.write(Buffer.from(`${JSON.stringify(result, null, 2)}\n`));
      await Promise.all([stdout.drained(), stderr.drained()]);
      return lossOf('standard output', stdout) ?? lossOf('standard error', stderr);
    },
  };
}

/** For `--json`: everything is kept, and one envelope is written. */
export function openEnvelope(): RunOutput {
  const stdout = openCaptureSink();
  const stderr = openCaptureSink();
  return {
    stdout,
    stderr,
    async finish({ record, result, truncated }) {
      const cut = Object.fromEntries((truncated ?? []).map((stream) => [`${stream}_truncated`, true]));
      const performed = record.origin !== 'outloop' || record.exit >= FIRST_ENDED;
      const output = result !== undefined ? { result } : performed ? { stdout: stdout.text(), stderr: stderr.text(), ...cut } : {};
      const sink = openDescriptorSink(1);
      sink.write(Buffer.from(`${JSON.stringify({ ...record, ...output })}\n`));
      await sink.drained();
      return lossOf('standard output', sink);
    },
  };
}

/** A reader that has read enough (`| head`) misses nothing. */
function lossOf(what: string, sink: DescriptorSink): string | null {
  const failure = sink.failure();
  return failure === null || failure === 'EPIPE' ? null : `${what} cannot be written (${failure})`;
}
