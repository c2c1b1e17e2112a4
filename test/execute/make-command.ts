import { join } from 'node:path';
import { openCaptureSink } from '../../src/cli/descriptor-sink.js';
import { isDenial } from '../../src/denial/denial.js';
import type { CommandJob, CommandStreams } from '../../src/execute/command-job.js';
import type { Ground } from '../../src/state/private-places.js';
import { makePrivatePlace, type PrivatePlace } from '../../src/execute/private-place.js';
import type { PreparedCommand } from '../../src/model/action.js';
import type { ByteFilter } from '../../src/model/byte-filter.js';
import { temporaryHome } from '../helpers/temporary-home.js';

/** The path of a tiny executable of test/fixtures/bin. */
export function fixture(name: string): string {
  return join(import.meta.dirname, '../fixtures/bin', name);
}

/** Where private places stand, for a process that lives. */
export function groundAt(temporary: string): Ground {
  return { temporary, uid: process.getuid?.() ?? 0, pid: process.pid, nowMs: Date.now() };
}

/** A private place in a folder that goes with the test; `executable` runs in place. */
export function makePlace(executable: string, temporary = temporaryHome()): PrivatePlace {
  const place = makePrivatePlace({ path: executable, sha256: '', size: 0, system: true }, groundAt(temporary), null);
  if (isDenial(place)) throw new Error(place.code);
  return place;
}

/** A job for one of the fixtures, with no credential and wide limits. */
export function makeCommand(
  name: string,
  argv: readonly string[] = [],
  more: Partial<Omit<CommandJob, 'command'>> & { readonly command?: Partial<PreparedCommand> } = {},
): CommandJob {
  const place = more.place ?? makePlace(fixture(name));
  return {
    credentials: [],
    delivery: 'env',
    limits: { timeoutMs: 20_000, maxBytes: 1_000_000 },
    ambient: {},
    pty: null,
    lendPipes: () => null,
    guard: () => undefined,
    ...more,
    place,
    command: { kind: 'command', executable: place.executable, argv, files: [], env: [], ...more.command },
  };
}

/** A filter that passes everything and says `end` at its end. */
export function passing(end = ''): ByteFilter {
  return { write: (chunk) => [chunk], pause: () => [], end: () => [Buffer.from(end)], waits: false, count: 0 };
}

/** Streams that keep what comes, with no input and no signals. */
export function makeStreams(more: Partial<CommandStreams> = {}) {
  const stdout = openCaptureSink();
  const stderr = openCaptureSink();
  const streams: CommandStreams = {
    stdin: { kind: 'none' },
    stdout,
    stderr,
    stdoutFilter: passing(),
    stderrFilter: passing(),
    terminal: null,
    onSignal: () => () => undefined,
    ...more,
  };
  return { streams, stdout: () => stdout.text(), stderr: () => stderr.text() };
}
