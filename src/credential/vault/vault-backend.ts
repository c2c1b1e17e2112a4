import { isTable } from '../../model/json-table.js';
import type { Ask, Backend, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import { defineKind } from '../kind.js';
import type { TokenPlace } from '../kind.js';
import { openAttempts, REMOTE_LIMIT_MS } from '../remote/attempts.js';
import type { Attempts } from '../remote/attempts.js';
import { encodePath, toValue, unreadable } from '../remote/judge-reply.js';
import { probing, toProbe } from '../remote/probe.js';
import type { RemotePlace, Reply } from '../remote/remote.js';
import { faultOfVaultReference, parseVaultReference } from './vault-reference.js';
import { isSealed, judgeVaultReply } from './judge-vault-reply.js';
import { logIn } from './log-in.js';

/** `mount`: where it is set, a reference leaves it out. `roleId`: the token is an AppRole's secret id; without it, a Vault token. */
export type VaultOptions = {
  readonly address: string;
  readonly namespace: string | null;
  readonly mount: string | null;
  readonly roleId: string | null;
  readonly appRolePath: string;
  readonly token: TokenPlace;
  readonly networks: string[];
  readonly ca: string | null;
};

/** HashiCorp Vault and OpenBao: the KV secrets engine, version 2. A reference is `mount/path/of/the/secret#field`. */
export const vault = defineKind<VaultOptions>({
  shape: ({ origin, line, names, token, web }) => ({
    address: origin,
    namespace: line.nullable().default(null),
    mount: names.nullable().default(null),
    roleId: line.nullable().default(null),
    appRolePath: names.default('approle'),
    token: token.default('embedded'),
    ...web,
  }),
  defaults: null,
  faultOfReference: (ref, _tenant, { mount }) => faultOfVaultReference(ref, mount),
  program: () => null,
  token: ({ token }) => token,
  place: ({ address }) => address,
  open: (setting, options) => new VaultBackend(setting, options),
});

/**
 * `GET /v1/{mount}/data/{path}` with `X-Vault-Token` (developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2, openbao.org/api-docs/secret/kv/kv-v2);
 * statuses and `{"errors":[…]}` as developer.hashicorp.com/vault/api-docs gives them.
 */
class VaultBackend implements Backend {
  readonly limitMs = REMOTE_LIMIT_MS;
  readonly #setting: OpenSetting;
  readonly #options: VaultOptions;

  constructor(setting: OpenSetting, options: VaultOptions) {
    this.#setting = setting;
    this.#options = options;
  }

  get name(): string {
    return this.#setting.name;
  }

  get #place(): RemotePlace {
    const { address, networks, ca } = this.#options;
    return { base: address, networks, ca };
  }

  async get(ref: string, ask: Ask): Promise<BackendAnswer> {
    const { mount } = this.#options;
    const place = parseVaultReference(ref, mount);
    if (place === null) return { kind: 'damaged', detail: faultOfVaultReference(ref, mount) ?? 'its ref cannot be read' };
    const attempts = openAttempts(this.#setting, this.#place, ask.signal);
    const reply = await this.#call(attempts, encodePath([...place.mount, 'data', ...place.path]), ask);
    if (reply.kind !== 'reply') return reply;
    const judged = judgeVaultReply(reply);
    if (judged.kind !== 'object') return judged;
    const { data } = judged.object;
    // A version that was deleted has no data, and says when in its metadata.
    if (!isTable(data) || !('data' in data)) return unreadable();
    if (data['data'] === null) return { kind: 'absent' };
    const fields = data['data'];
    if (!isTable(fields)) return unreadable();
    return Object.hasOwn(fields, place.field) ? toValue(fields[place.field]) : { kind: 'absent' };
  }

  async probe(signal: AbortSignal): Promise<ProbeAnswer> {
    const attempts = openAttempts(this.#setting, this.#place, signal);
    const reply = await this.#call(attempts, '/auth/token/lookup-self', probing(signal));
    if (reply.kind === 'reply' && isSealed(reply)) return { kind: 'locked', detail: 'it is sealed' };
    return toProbe(reply, this.#options.roleId === null ? 'its token is taken' : 'its role id and secret id are taken');
  }

  async #call(attempts: Attempts, path: string, ask: Ask): Promise<Reply | Exclude<BackendAnswer, { kind: 'value' | 'absent' }>> {
    const token = await logIn(this.#setting, this.#options, attempts, ask);
    if (token.kind !== 'token') return token;
    const { namespace } = this.#options;
    const headers = [
      ['X-Vault-Token', token.text],
      ['X-Vault-Request', 'true'],
      ...(namespace === null ? [] : [['X-Vault-Namespace', namespace] as const]),
    ] as const;
    return attempts.call({ path: `/v1${path}`, headers, json: null }, isSealed);
  }
}
