import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { State } from '../../src/state/open-state.js';

/** Holds the log's lock in another process until the test is over. */
export async function holdLog(state: State): Promise<void> {
  const holder = spawn('/usr/bin/flock', ['-x', join(state.paths.audit, 'lock'), '/bin/sh', '-c', 'echo held; sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  onTestFinished(() => void process.kill(-(holder.pid ?? 0), 'SIGKILL'));
  await once(holder.stdout, 'data');
}
