import type { BackendAnswer, BackendSetting, Hindrance, PutAnswer, RemoveAnswer } from '../backend.js';
import { callHelper } from './call-helper.js';
import type { Called } from './call-helper.js';
import { fromStoredText, toStoredText } from './stored-text.js';

/** An item's place in the keychain. The service bears the state's id, so that another state does not meet this one's items. */
export type Item = { readonly service: string; readonly account: string };

/** The item's value. */
export async function getItem(setting: BackendSetting, item: Item, signal: AbortSignal): Promise<BackendAnswer> {
  const called = await callHelper(setting, { op: 'get', ...item, text: '' }, signal);
  if (called.kind === 'value') {
    const bytes = fromStoredText(Buffer.from(called.base64, 'base64'));
    return bytes === null ? { kind: 'damaged', detail: 'its item in the keychain was changed' } : { kind: 'value', bytes };
  }
  if (called.kind === 'absent' || called.kind === 'damaged') return called;
  return hinder(called);
}

/** Puts a value under the item's name, in place of what was there. */
export async function putItem(setting: BackendSetting, item: Item, value: Uint8Array, signal: AbortSignal): Promise<PutAnswer> {
  const called = await callHelper(setting, { op: 'put', ...item, text: toStoredText(value) }, signal);
  if (called.kind === 'done') return called;
  return called.kind === 'damaged' ? { kind: 'refused', detail: called.detail } : hinder(called);
}

export async function removeItem(setting: BackendSetting, item: Item, signal: AbortSignal): Promise<RemoveAnswer> {
  const called = await callHelper(setting, { op: 'remove', ...item, text: '' }, signal);
  if (called.kind === 'done' || called.kind === 'absent') return called;
  return called.kind === 'damaged' ? { kind: 'refused', detail: called.detail } : hinder(called);
}

/** The accounts of a service's items. */
export async function listAccounts(setting: BackendSetting, service: string, signal: AbortSignal): Promise<readonly string[] | Hindrance> {
  const called = await callHelper(setting, { op: 'list', service, account: '', text: '' }, signal);
  return called.kind === 'accounts' ? called.accounts : hinder(called);
}

/** The hindrance in an answer; an answer to another question is one too. */
export function hinder(called: Called): Hindrance {
  if (called.kind === 'locked' || called.kind === 'unavailable') return called;
  return { kind: 'unavailable', detail: 'the keychain answered out of turn', retryAfterMs: null };
}
