import { BACKENDS_OWNER } from '../model/owner.js';
import type { Ask, BackendAnswer, OpenSetting, WritableBackend } from './backend.js';
import { MIN_SECRET_BYTES } from './check-secret.js';
import type { TokenPlace } from './kind.js';

/** A backend's own token as text for a header or a variable, or why there is none. */
export type TokenAnswer = { readonly kind: 'token'; readonly text: string } | Exclude<BackendAnswer, { readonly kind: 'value' | 'absent' }>;

/** Visible ASCII: what an HTTP header and an environment variable both carry unchanged. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

/** Where a backend's own token stands in the embedded store or the keychain. */
export function tokenReference(backend: string): string {
  return `${BACKENDS_OWNER}/${backend}`;
}

/**
 * Reads a backend's own token from where it rests and tells `ask.alsoHide` of it. A token that is not there, or is not one, is
 * `locked`: only the operator can mend that.
 */
export async function readToken(setting: OpenSetting, place: TokenPlace, ask: Ask): Promise<TokenAnswer> {
  if (typeof place === 'object') {
    const given = setting.takeVariable(place.env);
    return given === null ? locked('the variable of its token is not set') : takeText(given, ask);
  }
  const home = await openHome(setting, place);
  const answer = await home.get(tokenReference(setting.name), { ...ask, tenant: BACKENDS_OWNER, credential: setting.name });
  switch (answer.kind) {
    case 'value': {
      const text = Buffer.from(answer.bytes).toString('latin1');
      answer.bytes.fill(0);
      return takeText(text, ask);
    }
    case 'absent':
      return locked('its own token is not stored');
    case 'locked':
      return locked(`its own token rests in the ${place} backend, which is locked`);
    case 'unavailable':
      return { ...answer, detail: `its own token cannot be read: ${answer.detail}` };
    case 'damaged':
      return locked('its own token cannot be used');
  }
}

/** The backend in which tokens rest. */
async function openHome(setting: OpenSetting, place: 'embedded' | 'keychain'): Promise<WritableBackend> {
  if (place === 'embedded') return (await import('./embedded/embedded-backend.js')).openEmbedded(setting);
  return (await import('./keychain/keychain-backend.js')).openKeychain(setting);
}

function takeText(given: string, ask: Ask): TokenAnswer {
  const text = given.trim();
  if (!TOKEN.test(text)) return locked('its own token cannot be used');
  if (text.length >= MIN_SECRET_BYTES) ask.alsoHide?.(Buffer.from(text));
  return { kind: 'token', text };
}

function locked(detail: string): TokenAnswer {
  return { kind: 'locked', detail };
}
