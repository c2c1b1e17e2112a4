import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findSessionBus } from '../../../src/credential/keychain/session-bus.js';
import { temporaryHome } from '../../helpers/temporary-home.js';

const { uid } = userInfo();
let root: string;
let servers: Server[];
beforeEach(() => {
  root = temporaryHome();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
});

async function listenIn(directory: string): Promise<string> {
  mkdirSync(directory, { recursive: true });
  const server = createServer();
  servers.push(server);
  const path = join(directory, 'bus');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

it('an address of a unix socket of this user is used, and of no other', async () => {
  const address = `unix:path=${await listenIn(join(root, 'given'))},guid=0`;
  expect(findSessionBus({ DBUS_SESSION_BUS_ADDRESS: address }, uid, root)).toBe(address);
  expect(findSessionBus({ DBUS_SESSION_BUS_ADDRESS: address }, uid + 1, root)).toBeNull();
  writeFileSync(join(root, 'file'), '');
  expect(findSessionBus({ DBUS_SESSION_BUS_ADDRESS: `unix:guid=0,path=${root}/file` }, uid, root)).toBeNull();
  const escaped = `unix:path=${await listenIn(join(root, 'a b'))}`.replace(' ', '%20');
  expect(findSessionBus({ DBUS_SESSION_BUS_ADDRESS: escaped }, uid, root)).toBe(escaped);
  expect(findSessionBus({ DBUS_SESSION_BUS_ADDRESS: 'unix:abstract=/tmp/bus' }, uid, root)).toBe('unix:abstract=/tmp/bus');
});

it.each(['unixexec:path=/tmp/program', 'tcp:host=example.com,port=1', 'autolaunch:', 'unix:path=/a;unixexec:path=/b', 'none'])(
  'the address %s is refused, with no other tried',
  async (address) => {
    await listenIn(join(root, String(uid)));
    expect(findSessionBus({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: join(root, String(uid)) }, uid, root)).toBeNull();
  },
);

it('without an address the runtime directory’s socket is used, else the user’s own', async () => {
  expect(findSessionBus({ XDG_RUNTIME_DIR: root }, uid, root)).toBeNull();
  const own = await listenIn(join(root, String(uid)));
  expect(findSessionBus({}, uid, root)).toBe(`unix:path=${own}`);
  expect(findSessionBus({ DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: 'relative' }, uid, root)).toBe(`unix:path=${own}`);
  const given = await listenIn(join(root, 'given'));
  expect(findSessionBus({ XDG_RUNTIME_DIR: join(root, 'given') }, uid, root)).toBe(`unix:path=${given}`);
});

it('a file, another user’s socket or a path with D-Bus’s own signs is not a bus', async () => {
  writeFileSync(join(root, 'bus'), '');
  expect(findSessionBus({ XDG_RUNTIME_DIR: root }, uid, root)).toBeNull();
  await listenIn(join(root, 'a,guid=b'));
  expect(findSessionBus({ XDG_RUNTIME_DIR: join(root, 'a,guid=b') }, uid, root)).toBeNull();
  await listenIn(join(root, 'theirs'));
  expect(findSessionBus({ XDG_RUNTIME_DIR: join(root, 'theirs') }, uid + 1, root)).toBeNull();
});
