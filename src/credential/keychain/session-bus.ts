import { statSync } from 'node:fs';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One `unix:` address. Others are refused: `unixexec:` starts a program, `tcp:` talks to another machine in clear text. */
const UNIX_ADDRESS = /^unix:[^;]+$/;

/**
 * The address of the user's D-Bus session, or null when there is none: DBUS_SESSION_BUS_ADDRESS, else the socket `bus` in
 * XDG_RUNTIME_DIR, else in /run/user/<uid> (where systemd puts it, and where a cron job finds it). The socket must be this user's,
 * but for one without a path (`unix:abstract=`), whose owner nothing tells. `runtimeRoot` stands for /run/user.
 */
export function findSessionBus(env: Environment, uid: number, runtimeRoot: string = '/run/user'): string | null {
  const given = env['DBUS_SESSION_BUS_ADDRESS'] ?? '';
  if (given !== '') return UNIX_ADDRESS.test(given) && isOwnAddress(given, uid) ? given : null;
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const directories = [...(runtime.startsWith('/') ? [runtime] : []), join(runtimeRoot, String(uid))];
  // D-Bus addresses escape everything but these (specification, "Server Addresses"); a plain path needs no escape.
  const socket = directories.map((directory) => join(directory, 'bus')).find((path) => /^[\w/.-]+$/.test(path) && isOwnSocket(path, uid));
  return socket === undefined ? null : `unix:path=${socket}`;
}

/** Where nothing stands nobody answers: whoever goes there is told so. */
function isOwnAddress(address: string, uid: number): boolean {
  const escaped = /[:,]path=([^,]*)/.exec(address)?.[1];
  if (escaped === undefined) return true;
  const path = escaped.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return statSync(path, { throwIfNoEntry: false }) === undefined || isOwnSocket(path, uid);
}

function isOwnSocket(path: string, uid: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && stat.isSocket() && stat.uid === uid;
}
