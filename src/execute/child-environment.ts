import { writeFileSync } from 'node:fs';
import { inside } from '../model/inside.js';
import { deny, type Denial } from '../denial/denial.js';
import type { CommandJob } from './command-job.js';

/** Where a child finds other programs: what the system and its administrator installed, and nothing that a caller could put first. */
export const CHILD_PATH = '/usr/local/bin:/usr/bin:/bin';

/** The ambient variables that a child may see, and what counts as a plain value: none leads to a file of the caller's. */
const AMBIENT = {
  /** A locale's name: some look for catalogues of messages, which are formats, in the folder that it names (Python's gettext). */
  LANG: /^[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}$/,
  /** A terminal's name is a file's in terminfo(5), and so has no folder in it. */
  TERM: /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/,
  /** A zone's name or rule. What begins with a slash or a colon is the path of any file (tzset(3)). */
  TZ: /^[A-Za-z0-9][A-Za-z0-9_.,:+/-]{0,63}$/,
};

/**
 * The child's whole environment, built from nothing, with its credentials in it: as values, or as the paths of 0600 files that are
 * written into the private place here. SECRET_UNUSABLE: a value that an environment variable cannot carry unchanged.
 */
export function buildEnvironment(job: CommandJob): Record<string, string> | Denial {
  const { place, command, ambient } = job;
  const env: Record<string, string> = {
    PATH: CHILD_PATH,
    LANG: 'C.UTF-8',
    HOME: place.home,
    TMPDIR: place.tmp,
    XDG_CONFIG_HOME: inside(place.home, '.config'),
    XDG_CACHE_HOME: inside(place.home, '.cache'),
    XDG_DATA_HOME: inside(place.home, '.local/share'),
    XDG_STATE_HOME: inside(place.home, '.local/state'),
    XDG_RUNTIME_DIR: place.run,
  };
  for (const [name, pattern] of Object.entries(AMBIENT)) {
    const value = ambient[name];
    if (value !== undefined && pattern.test(value) && !value.includes('..')) env[name] = value;
  }
  for (const [name, value] of command.env) env[name] = value;
  for (const { variable, secret } of job.credentials) {
    if (job.delivery === 'file') {
      const path = inside(place.directory, `credential-${variable}`);
      writeFileSync(path, secret.reveal(), { mode: 0o600, flag: 'wx' });
      env[variable] = path;
      continue;
    }
    const bytes = secret.reveal();
    const text = Buffer.from(bytes).toString('utf8');
    // Node passes variables on as UTF-8, and a NUL would end the value.
    if (text.includes('\0') || !Buffer.from(text).equals(bytes)) {
      return deny('SECRET_UNUSABLE', { credential: secret.name, detail: 'an environment variable cannot hold it; deliver it as a file' });
    }
    env[variable] = text;
  }
  return env;
}
