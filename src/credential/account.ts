import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';

/** HOME, USER and LOGNAME as the password file has them: a caller must not choose whose keychain or password store is opened. */
export function accountVariables(): Record<string, string> {
  try {
    const { username, homedir } = userInfo();
    return { HOME: homedir, USER: username, LOGNAME: username };
  } catch {
    return {};
  }
}

/** What every program of a backend's gets: the account, a fixed PATH, and the folder in which this user's own sockets are. */
export function programEnvironment(uid: number): Record<string, string> {
  const runtime = `/run/user/${uid}`;
  return {
    ...accountVariables(),
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    ...(existsSync(runtime) ? { XDG_RUNTIME_DIR: runtime } : {}),
  };
}
