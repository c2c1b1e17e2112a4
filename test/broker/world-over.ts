import { randomBytes } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../src/broker/world.js';
import type { Backend } from '../../src/credential/backend.js';
import { acquireLock } from '../../src/state/lock.js';
import type { Locks } from '../../src/state/parked-lock.js';
import { locateState } from '../../src/state/paths.js';

/** The state in that folder under a world of a test's own, with this backend in place of every other. */
export function worldOver(state: string, backend: Backend, now: () => number = Date.now): World {
  const { uid, username, homedir } = userInfo();
  return {
    version: '0.0.0-test',
    paths: locateState({ OUTLOOP_HOME: state }, homedir),
    uid,
    pid: process.pid,
    user: username,
    home: homedir,
    now,
    random: (bytes) => randomBytes(bytes),
    inspectorUrl: () => undefined,
    locks: locksInTurn(),
    command: () => ['/nonexistent/outloop'],
    scanner: '/nonexistent',
    temporary: tmpdir(),
    ambient: {},
    installation: join(import.meta.dirname, '../..'),
    templates: join(import.meta.dirname, '../../templates'),
    backendSetting: () => {
      throw new Error('not used');
    },
    ciSecret: () => null,
    tampered: () => null,
    openBackend: () => Promise.resolve(backend),
  };
}

/**
 * Locks for many runs in one process, as no process of ours has: whoever has been given the lock goes on before another run can ask for it, which
 * would wait with this whole thread for itself.
 */
export function locksInTurn(): Locks {
  return {
    park: () => undefined,
    lendPipes: () => null,
    guard: () => undefined,
    acquire: (path) => new Promise((resolve) => setImmediate(() => resolve(acquireLock(path)))),
  };
}
