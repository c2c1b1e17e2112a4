import type { BackendAnswer, BackendSetting, PutAnswer } from '../backend.js';
import { getItem, listAccounts, putItem, removeItem } from './keychain-item.js';

/** The embedded vault's keys in the OS keychain, by key id: items of a service of their own, which no tenant's reference reaches. */
export class KeychainKeys {
  readonly #setting: BackendSetting;
  readonly #service: string;

  constructor(setting: BackendSetting) {
    this.#setting = setting;
    this.#service = `outloop:${setting.state.id}:vault`;
  }

  get(keyId: string, signal: AbortSignal): Promise<BackendAnswer> {
    return getItem(this.#setting, { service: this.#service, account: keyId }, signal);
  }

  put(keyId: string, key: Uint8Array, signal: AbortSignal): Promise<PutAnswer> {
    return putItem(this.#setting, { service: this.#service, account: keyId }, key, signal);
  }

  /** Removes every key but one (null: all); false when one may be left. */
  async removeOthers(keepId: string | null, signal: AbortSignal): Promise<boolean> {
    const accounts = await listAccounts(this.#setting, this.#service, signal);
    if ('kind' in accounts) return false;
    let removed = true;
    for (const account of accounts) {
      if (account === keepId) continue;
      const answer = await removeItem(this.#setting, { service: this.#service, account }, signal);
      if (answer.kind !== 'done' && answer.kind !== 'absent') removed = false;
    }
    return removed;
  }
}
