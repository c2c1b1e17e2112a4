import { MAX_SECRET_BYTES } from '../backend.js';
import type { Ask, BackendAnswer, BackendSetting, ListAnswer, ProbeAnswer, PutAnswer, RemoveAnswer, WritableBackend } from '../backend.js';
import { defineKind } from '../kind.js';
import { faultOfAccount } from '../reference.js';
import { callHelper } from './call-helper.js';
import { getItem, hinder, listAccounts, putItem, removeItem } from './keychain-item.js';
import type { Item } from './keychain-item.js';

/** The OS keychain. */
export const keychain = defineKind<object>({
  shape: null,
  defaults: {},
  faultOfReference: faultOfAccount,
  program: () => null,
  token: () => null,
  place: () => 'the OS keychain',
  open: openKeychain,
});

/**
 * Opens the OS keychain: the Secret Service on Linux, the login keychain on macOS. An item's service is `outloop:<state id>`, its
 * account the reference. Any process of the same user reads such items; see docs/threat-model.md.
 */
export function openKeychain(setting: BackendSetting): WritableBackend {
  return new KeychainBackend(setting);
}

class KeychainBackend implements WritableBackend {
  readonly name = 'keychain';
  readonly #setting: BackendSetting;

  constructor(setting: BackendSetting) {
    this.#setting = setting;
  }

  async get(ref: string, ask: Ask): Promise<BackendAnswer> {
    const fault = faultOfAccount(ref, ask.tenant);
    if (fault !== null) return { kind: 'damaged', detail: fault };
    return getItem(this.#setting, this.#item(ref), ask.signal);
  }

  async put(ref: string, bytes: Uint8Array, ask: Ask): Promise<PutAnswer> {
    const fault = faultOfAccount(ref, ask.tenant) ?? (bytes.length > MAX_SECRET_BYTES ? 'it is longer than 64 KiB' : null);
    if (fault !== null) return { kind: 'refused', detail: fault };
    return putItem(this.#setting, this.#item(ref), bytes, ask.signal);
  }

  async remove(ref: string, ask: Ask): Promise<RemoveAnswer> {
    const fault = faultOfAccount(ref, ask.tenant);
    if (fault !== null) return { kind: 'refused', detail: fault };
    return removeItem(this.#setting, this.#item(ref), ask.signal);
  }

  async list({ tenant, signal }: Pick<Ask, 'tenant' | 'signal'>): Promise<ListAnswer> {
    const accounts = await listAccounts(this.#setting, this.#service(), signal);
    if ('kind' in accounts) return accounts;
    return { kind: 'refs', refs: accounts.filter((account) => faultOfAccount(account, tenant) === null).sort() };
  }

  async probe(signal: AbortSignal): Promise<ProbeAnswer> {
    const called = await callHelper(this.#setting, { op: 'probe', service: this.#service(), account: '', text: '' }, signal);
    if (called.kind === 'done') return { kind: 'ready', detail: 'the OS keychain answers' };
    const hindrance = hinder(called);
    return hindrance.kind === 'locked'
      ? { kind: 'locked', detail: hindrance.detail ?? 'the OS keychain is locked' }
      : { kind: 'unavailable', detail: hindrance.detail };
  }

  #service(): string {
    return `outloop:${this.#setting.state.id}`;
  }

  #item(account: string): Item {
    return { service: this.#service(), account };
  }
}
