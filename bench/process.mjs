// Processes, timed, and the most memory that one held.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** A command line with where it runs. Nothing of our own environment is passed on but PATH: NODE_EXTRA_CA_CERTS alone costs Node 80 ms. */
/** @typedef {{ readonly argv: readonly string[], readonly cwd: string, readonly env?: Record<string, string> }} Command */

/** Milliseconds until it has ended. Throws when it does not succeed. */
export function timeProcess({ argv: [file, ...args], cwd, env }) {
  const started = performance.now();
  const ended = spawnSync(file, args, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
  const elapsed = performance.now() - started;
  if (ended.status !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${ended.status ?? ended.signal ?? ended.error}`);
  return elapsed;
}

/** Starts it and gives its exit code once it has ended. */
export function runProcess({ argv: [file, ...args], cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
    child.on('error', reject).on('close', resolve);
  });
}

/**
 * The most memory that the process itself held at any time, in mebibytes: the kernel's own high-water mark (proc(5), VmHWM), read again and again until the
 * process has ended, so that only a peak of its last moment could be missed. Null where there is no /proc.
 */
export async function peakMemory({ argv: [file, ...args], cwd, env }) {
  const child = spawn(file, args, { cwd, env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
  let ended = null;
  child.on('close', (code) => (ended = code));
  let peakKiB = null;
  while (ended === null) {
    peakKiB = readPeak(child.pid) ?? peakKiB;
    await setImmediate();
  }
  if (ended !== 0) throw new Error(`${[file, ...args].join(' ')} ended with ${ended}`);
  return peakKiB === null ? null : peakKiB / 1024;
}

function readPeak(pid) {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}
