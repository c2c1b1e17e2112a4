import { describe, expect, test } from 'vitest';
import { attendCommand } from '../../src/cli/attend-command.js';

/** Listeners are counted in the environment that the command gets, which is the last thing read before it starts. */
const listening = {
  get LISTENING() {
    return ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name)).join();
  },
};

describe('attendCommand', () => {
  test.each([true, false])('listens before its command can have a signal (a terminal: %s)', async (terminal) => {
    const before = process.listenerCount('SIGINT');
    const argv = ['/bin/sh', '-c', `test "$LISTENING" = ${before + 1},${process.listenerCount('SIGTERM') + 1}`];
    expect(await attendCommand({ argv, env: listening, terminal })).toEqual({ kind: 'ended', exit: 0, signal: null });
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  test.each([
    ['a command that is not there', ['/nonexistent/command'], 'ENOENT'],
    ['an argument too long for the kernel', ['/bin/true', 'x'.repeat(3_000_000)], 'E2BIG'],
  ])('says why %s did not start, and listens no longer', async (_, argv, code) => {
    const before = process.listenerCount('SIGTERM');
    expect(await attendCommand({ argv, env: {}, terminal: false })).toEqual({ kind: 'failed', code });
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
