import { isTable } from '../../model/json-table.js';
import type { Ask, OpenSetting } from '../backend.js';
import { MIN_SECRET_BYTES } from '../check-secret.js';
import { readToken } from '../read-token.js';
import type { TokenAnswer } from '../read-token.js';
import type { Attempts } from '../remote/attempts.js';
import { encodePath } from '../remote/judge-reply.js';
import { isSealed, judgeVaultReply } from './judge-vault-reply.js';
import type { VaultOptions } from './vault-backend.js';

/**
 * A Vault token: the stored one, or one that AppRole's login mints (`POST /v1/auth/{path}/login` with `role_id` and `secret_id` gives
 * `auth.client_token`; 400 `invalid role or secret ID`: developer.hashicorp.com/vault/api-docs/auth/approle). A minted one is kept nowhere.
 */
export async function logIn(setting: OpenSetting, options: VaultOptions, attempts: Attempts, ask: Ask): Promise<TokenAnswer> {
  const own = await readToken(setting, options.token, ask);
  if (own.kind !== 'token' || options.roleId === null) return own;
  const path = `/v1${encodePath(['auth', ...options.appRolePath.split('/'), 'login'])}`;
  const headers = [
    ['X-Vault-Request', 'true'],
    ...(options.namespace === null ? [] : [['X-Vault-Namespace', options.namespace] as const]),
  ] as const;
  const reply = await attempts.call({ path, headers, json: { role_id: options.roleId, secret_id: own.text } }, isSealed);
  if (reply.kind !== 'reply') return reply;
  if (reply.status === 400) return { kind: 'locked', detail: 'it does not take its role id and secret id' };
  const judged = judgeVaultReply(reply);
  if (judged.kind === 'absent') return { kind: 'unavailable', detail: 'there is no AppRole login at its address', retryAfterMs: null };
  if (judged.kind !== 'object') return judged;
  const { auth } = judged.object;
  const token = isTable(auth) ? auth['client_token'] : null;
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(token)) {
    return { kind: 'unavailable', detail: 'its answer cannot be read', retryAfterMs: null };
  }
  if (token.length >= MIN_SECRET_BYTES) ask.alsoHide?.(Buffer.from(token));
  return { kind: 'token', text: token };
}
