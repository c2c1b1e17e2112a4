import type { Backend, BackendSetting } from '../credential/backend.js';
import type { BackendUse } from '../credential/find-backend.js';
import type { Tool } from '../model/action.js';
import type { StatePaths } from '../state/paths.js';
import type { State } from '../state/open-state.js';
import type { Locks } from '../state/parked-lock.js';
import type { Denial } from '../denial/denial.js';

/** What a backend is opened with besides the state: how settings set it up, its checked program (null: none, or not fit), the settings' proxy. */
export type FoundBackend = { readonly use: BackendUse; readonly tool: Tool | null; readonly proxy: string | null };

/** What the broker stands on: everything that is not in a request. `compose.ts` picks the real ones, tests their own. */
export type World = {
  readonly version: string;
  readonly paths: StatePaths | Denial;
  readonly uid: number;
  readonly pid: number;
  /** The login name and the passwd home; never `$HOME`. */
  readonly user: string;
  readonly home: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** How a run takes its state's lock. */
  readonly locks: Locks;
  /** The texts of a CI's own secret, which this process was started with; null: none. */
  readonly ciSecret: () => string | null;
  /** The backend of that name, found in the settings and checked; throws when its code cannot be loaded. */
  readonly openBackend: (name: string, state: State, found: FoundBackend) => Promise<Backend>;
  /** What a backend, and the embedded store itself, is made from. */
  readonly backendSetting: (state: State) => BackendSetting;
  /** The redactor's compiled scanner. */
  readonly scanner: string;
  /** How outloop itself is started: the words of its command line before its own, the first one an absolute path. */
  readonly command: () => readonly [string, ...string[]];
  /** The folder that outloop is installed in, as it really lies. */
  readonly installation: string;
  /** The folder of templates that comes with outloop. */
  readonly templates: string;
  /** Why nothing secret may be handled in this process: something changes how it runs. Null: nothing does. */
  readonly tampered: () => Denial | null;
  /** Node's inspector, when it is open. */
  readonly inspectorUrl: () => string | undefined;
  /** Where private directories are made: the system's temporary directory. */
  readonly temporary: string;
  /** LANG, TERM and TZ as the caller has them. */
  readonly ambient: Readonly<Record<string, string>>;
};
