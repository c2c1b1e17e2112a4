import { statSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One `unix:` address. Others are refused: `unixexec:` starts a program, `tcp:` talks to another machine in clear text. */
const UNIX_ADDRESS = /^unix:[^;]+$/;

/**
 * The address of the user's D-Bus session, or null when there is none: DBUS_SESSION_BUS_ADDRESS, else the socket `bus` in
 * XDG_RUNTIME_DIR, else in /run/user/<uid> (where systemd puts it, and where a cron job finds it). The socket must be this user's.
 * `runtimeRoot` stands for /run/user.
 */
export function findSessionBus(env: Environment, uid: number, runtimeRoot: string = '/run/user'): string | null {
  const given = env['DBUS_SESSION_BUS_ADDRESS'] ?? '';
  if (given !== '') return UNIX_ADDRESS.test(given) ? given : null;
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const directories = [...(runtime.startsWith('/') ? [runtime] : []), join(runtimeRoot, String(uid))];
  // D-Bus addresses escape everything but these (specification, "Server Addresses"); a plain path needs no escape.
  const socket = directories.map((directory) => join(directory, 'bus')).find((path) => /^[\w/.-]+$/.test(path) && isOwnSocket(path, uid));
  return socket === undefined ? null : `unix:path=${socket}`;
}

function isOwnSocket(path: string, uid: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.isSocket() && stat.uid === uid;
}
