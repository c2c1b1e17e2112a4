import { FIRST_ENDED } from '../denial/exits.js';
import { reportLostOutput } from '../broker/report-failure.js';
import type { RunAnswer } from '../broker/end-run.js';
import type { ByteSink } from '../model/byte-sink.js';
import { openCaptureSink, openDescriptorSink, type DescriptorSink } from './descriptor-sink.js';
import type { OwnLines } from './own-lines.js';

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
export function openDirectOutput(lines: Pick<OwnLines, 'stdout' | 'stderr'>): RunOutput {
  const stdout = openDescriptorSink(1, lines.stdout);
  const stderr = openDescriptorSink(2, lines.stderr);
  return {
    stdout,
    stderr,
    async finish({ result }) {
      if (result !== undefined) stdout.write([Buffer.from(`${JSON.stringify(result, null, 2)}\n`)]);
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
      const describe = () => {
        const output = result !== undefined ? { result } : performed ? { stdout: stdout.text(), stderr: stderr.text(), ...cut } : {};
        return toLine({ ...record, ...output });
      };
      const envelope = orNull(describe);
      const sink = openDescriptorSink(1);
      sink.write([envelope ?? toLine(reportLostOutput(record, TOO_LONG))]);
      await sink.drained();
      return lossOf('standard output', sink) ?? (envelope === null ? TOO_LONG : null);
    },
  };
}

/** Half a gigabyte is the most that a text of V8 holds, and a byte may take six characters. */
const TOO_LONG = 'it is longer than an envelope can be';

function toLine(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

function orNull(make: () => Buffer): Buffer | null {
  try {
    return make();
  } catch {
    return null;
  }
}

/** A reader that has read enough (`| head`) misses nothing. */
function lossOf(what: string, sink: DescriptorSink): string | null {
  const failure = sink.failure();
  return failure === null || failure === 'EPIPE' ? null : `${what} cannot be written (${failure})`;
}
