import fs from 'node:fs';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSession } from '../../src/session/find-session.js';
import { forgetSessions, listSessions, markEnded, writeSession } from '../../src/session/session-store.js';
import { replaceBuiltin, systemError } from '../helpers/replace-builtin.js';
import { HOUR_MS, keep, makePlace, makeSession, NOW_MS } from './make-session.js';

const DAY_MS = 24 * HOUR_MS;

describe('the sessions on file', () => {
  it('are listed with the newest first, and one that cannot be read by its id', () => {
    const place = makePlace();
    expect(listSessions(place)).toEqual([]);
    const [older, newer] = [makeSession(), makeSession()];
    keep(place, older);
    keep(place, newer);
    writeFileSync(join(place.sessionsDir, 'notes.txt'), 'not ours');
    writeFileSync(join(place.sessionsDir, `${older.id}.json`), 'garbage');
    expect(listSessions(place)).toMatchObject([{ session: newer }, { id: older.id, broken: true }]);
  });

  it('keep the first end that was put on file', () => {
    const place = makePlace();
    const session = makeSession();
    keep(place, session);
    expect(markEnded(place, session.id, { why: 'operator', atMs: 1 })).toEqual({ kind: 'marked' });
    expect(markEnded(place, session.id, { why: 'command', atMs: 2 })).toEqual({ kind: 'ended-before' });
    expect(readSession(place, session.id)).toMatchObject({ session: { ended: { why: 'operator', atMs: 1 } } });
    expect(markEnded(place, makeSession().id, { why: 'command', atMs: 2 })).toMatchObject({ kind: 'refused' });
  });

  it('are forgotten a week after they were over, and not before; what cannot be read stays', () => {
    const place = makePlace();
    const live = makeSession();
    const recent = makeSession({ ended: { why: 'command', atMs: NOW_MS - DAY_MS } });
    const old = makeSession({ ended: { why: 'command', atMs: NOW_MS - 8 * DAY_MS } });
    const killed = makeSession({ pidStart: '1', expiresMs: NOW_MS - 8 * DAY_MS });
    const broken = makeSession();
    for (const session of [live, recent, old, killed, broken]) keep(place, session);
    writeFileSync(join(place.sessionsDir, `${broken.id}.json`), 'garbage');
    forgetSessions(place);
    const stays = [live, recent, old, killed, broken].map(({ id }) => existsSync(join(place.sessionsDir, `${id}.json`)));
    expect(stays).toEqual([true, true, false, false, true]);
  });

  it('are told as a clause where their folder cannot be read', () => {
    const place = makePlace();
    keep(place, makeSession());
    replaceBuiltin(fs, 'readdirSync', () => () => {
      throw systemError('EACCES', 'scandir');
    });
    expect(listSessions(place)).toBe('sessions cannot be read (EACCES)');
    forgetSessions(place);
  });

  it('are not written where the folder is a link', () => {
    const place = makePlace();
    symlinkSync('/tmp', place.sessionsDir);
    expect(writeSession(place, { session: makeSession(), hash: 'a'.repeat(64) })).toBe('sessions is not a directory');
    expect(listSessions(place)).toBe('sessions is not a directory');
  });
});
