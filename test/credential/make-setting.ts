import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Ask, BackendSetting, OpenSetting } from '../../src/credential/backend.js';
import { isDenial } from '../../src/denial/denial.js';
import { makeState } from '../../src/state/make-state.js';
import { openState } from '../../src/state/open-state.js';
import { locateState } from '../../src/state/paths.js';
import { makeHome } from '../helpers/temporary-home.js';

export type MadeSetting = { readonly setting: BackendSetting; readonly root: string; remove(): void };

/** A real state in a temporary directory, with no keychain in reach unless `env` and `helper` say where. */
export function makeSetting(given: { env?: BackendSetting['env']; helper?: string; id?: string } = {}): MadeSetting {
  const { home: root, remove } = makeHome();
  const { uid } = userInfo();
  const paths = locateState({ OUTLOOP_HOME: join(root, 'state') }, root);
  if (isDenial(paths)) throw new Error('no place for a state');
  const id = `st_${given.id ?? '01JD3Y0000000000000000000A'}`;
  if (isDenial(makeState(paths, { id, auditKey: randomBytes(32) }, uid))) throw new Error('no state made');
  const state = openState(paths, uid);
  if (isDenial(state)) throw new Error('no state opened');
  const setting = {
    state,
    userAgent: 'outloop/0.0.0',
    now: Date.now,
    pid: process.pid,
    random: (count: number) => randomBytes(count),
    takeVariable: () => null,
    temporary: root,
    // An address where nothing listens: the machine's own session must not answer a test.
    env: given.env ?? { DBUS_SESSION_BUS_ADDRESS: 'none' },
    helper: given.helper ?? join(root, 'no-helper.cjs'),
    execPath: process.execPath,
  };
  return { setting, root, remove };
}

/** A question of tenant acme, or another's. */
export function askOf(
  tenant = 'acme',
  signal: AbortSignal = new AbortController().signal,
  alsoHide: Ask['alsoHide'] = () => undefined,
): Ask {
  return { tenant, credential: 'github-bot', signal, alsoHide };
}

/** What one backend is opened with. */
export function openingOf(setting: BackendSetting, given: Partial<OpenSetting> = {}): OpenSetting {
  return { ...setting, name: 'example', tool: null, proxy: null, ...given };
}
