import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Session } from '../../src/model/session.js';
import { readProcessStart } from '../../src/state/live-process.js';
import { findSession, judgeSession } from '../../src/session/find-session.js';
import { parseSession, formatSession } from '../../src/session/session-file.js';
import { formatToken, hashToken } from '../../src/session/token.js';
import { HOUR_MS, keep, makePlace, makeSession, NOW_MS, someProject, UID } from './make-session.js';

describe('findSession', () => {
  it('finds the session of a token while its starter lives', () => {
    const place = makePlace();
    const session = makeSession({ project: someProject });
    expect(findSession({ token: keep(place, session) }, place)).toEqual({ id: session.id, standing: { kind: 'live', session } });
  });

  it('keeps the token nowhere: the file holds its hash alone, for its owner alone', () => {
    const place = makePlace();
    const session = makeSession();
    const token = keep(place, session);
    const file = join(place.sessionsDir, `${session.id}.json`);
    expect(readFileSync(file, 'utf8')).not.toContain(token.split('.')[1]);
    expect([statSync(place.sessionsDir).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('knows no session by another secret, nor by another session’s', () => {
    const place = makePlace();
    const session = makeSession();
    const other = makeSession();
    keep(place, session);
    keep(place, other, new Uint8Array(32).fill(9));
    for (const random of [new Uint8Array(32), new Uint8Array(32).fill(9)]) {
      const sight = findSession({ token: formatToken(session.id, random) }, place);
      expect(sight).toEqual({ id: session.id, standing: { kind: 'fault', fault: 'unknown' } });
    }
  });

  it('takes no text that is not a token for none', () => {
    fc.assert(
      fc.property(fc.string(), (token) => {
        expect(findSession({ token }, makePlaceless())).toMatchObject({ standing: { kind: 'fault' } });
      }),
    );
  });

  test.each<[string, Partial<Session>, number, string | null]>([
    ['holds at its last moment', {}, NOW_MS + HOUR_MS - 1, null],
    ['is over at its expiry', {}, NOW_MS + HOUR_MS, 'expired'],
    ['is over long after', {}, NOW_MS + 100 * HOUR_MS, 'expired'],
    ['holds a minute before it was started', {}, NOW_MS - 60_000, null],
    ['is over long before it was started', {}, NOW_MS - HOUR_MS, 'expired'],
    ['does not hold for another user', { uid: UID + 1 }, NOW_MS, 'other-user'],
    ['is over where its starter is gone', { pid: 2 ** 22 + 1, pidStart: '1' }, NOW_MS, 'gone'],
    ['is over where its starter’s id belongs to another process', { pidStart: '1' }, NOW_MS, 'gone'],
    ['is over when the operator ended it', { ended: { why: 'operator', atMs: NOW_MS } }, NOW_MS, 'ended-by-operator'],
    ['is over with its command', { ended: { why: 'command', atMs: NOW_MS } }, NOW_MS, 'ended-with-command'],
    ['is over by its starter’s own clock', { ended: { why: 'expired', atMs: NOW_MS } }, NOW_MS - HOUR_MS, 'expired'],
  ])('a session %s', (_, changes, nowMs, fault) => {
    expect(judgeSession(makeSession(changes), { uid: UID, nowMs })).toBe(fault);
  });

  it('is over as soon as its starter is killed', async () => {
    const starter = spawn('sleep', ['60'], { stdio: 'ignore' });
    const pid = starter.pid ?? 0;
    const session = makeSession({ pid, pidStart: readProcessStart(pid) });
    expect(judgeSession(session, { uid: UID, nowMs: NOW_MS })).toBeNull();
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    expect(judgeSession(session, { uid: UID, nowMs: NOW_MS })).toBe('gone');
  });

  it.each<[string, (file: string) => void]>([
    ['garbage', (file) => writeFileSync(file, 'garbage')],
    ['an empty file', (file) => writeFileSync(file, '')],
    ['a file that others can read', (file) => chmodSync(file, 0o644)],
    ['a file that others can write', (file) => chmodSync(file, 0o620)],
    ['a file with one field more', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{"x":1,'))],
    [
      'a symbolic link to the very file',
      (file) => {
        renameSync(file, `${file}.moved`);
        symlinkSync(`${file}.moved`, file);
      },
    ],
  ])('does not hold by %s', (_, spoil) => {
    const place = makePlace();
    const session = makeSession();
    const token = keep(place, session);
    spoil(join(place.sessionsDir, `${session.id}.json`));
    expect(findSession({ token }, place).standing).toEqual({ kind: 'fault', fault: 'unreadable' });
  });

  it('does not hold by another session’s file under its name', () => {
    const place = makePlace();
    const [session, other] = [makeSession(), makeSession()];
    const token = keep(place, session);
    writeFileSync(join(place.sessionsDir, `${session.id}.json`), formatSession({ session: other, hash: hashToken(token) }));
    expect(findSession({ token }, place).standing).toEqual({ kind: 'fault', fault: 'unreadable' });
  });

  it('does not hold in a folder that others can write, or that is a link', () => {
    const place = makePlace();
    const token = keep(place, makeSession());
    chmodSync(place.sessionsDir, 0o777);
    expect(findSession({ token }, place).standing).toEqual({ kind: 'fault', fault: 'unreadable' });
    const linked = makePlace();
    mkdirSync(`${linked.sessionsDir}.real`, { mode: 0o700 });
    symlinkSync(`${linked.sessionsDir}.real`, linked.sessionsDir);
    expect(findSession({ token }, linked).standing).toEqual({ kind: 'fault', fault: 'unreadable' });
  });

  it('reads back what it wrote, and nothing else', () => {
    const stored = { session: makeSession({ ended: { why: 'operator', atMs: 1 }, pidStart: null }), hash: 'a'.repeat(64) };
    expect(parseSession(Buffer.from(formatSession(stored)))).toEqual(stored);
    const text = formatSession(stored);
    fc.assert(
      fc.property(fc.nat({ max: text.length - 2 }), fc.string({ minLength: 1, maxLength: 3 }), (at, put) => {
        const spoilt = text.slice(0, at) + put + text.slice(at + 1);
        const read = parseSession(Buffer.from(spoilt));
        // A changed value may be another valid one; a changed shape is none.
        if (read !== null) expect(JSON.parse(formatSession(read))).toEqual(JSON.parse(spoilt));
      }),
    );
  });
});

function makePlaceless() {
  return { sessionsDir: '/nonexistent/sessions', uid: UID, nowMs: NOW_MS };
}
