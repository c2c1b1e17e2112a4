// A process of its own: a native keychain call that waits behind a prompt does not come back, and only a process can be killed.
// Reads one request from standard input, answers on standard output, ends.
import { readFileSync, writeSync } from 'node:fs';
import { classifyError } from './classify-error.js';
import { loadKeytar } from './keytar.js';
import type { Keytar } from './keytar.js';
import { parseRequest } from './protocol.js';
import type { HelperAnswer, HelperRequest } from './protocol.js';

/** An item beside each service's, readable when the keychain is open: asking for it by search tells a lock without a prompt. */
const LOCK_ITEM = { account: 'lock', text: 'This item tells outloop whether the keychain is locked. It is no secret.' };

async function answer(request: HelperRequest): Promise<HelperAnswer> {
  let keytar: Keytar;
  try {
    keytar = await loadKeytar();
  } catch {
    return { kind: 'fault', fault: 'no-module' };
  }
  try {
    return await perform(keytar, request);
  } catch (error) {
    return { kind: 'fault', fault: classifyError(error) };
  }
}

async function perform(keytar: Keytar, { op, service, account, text }: HelperRequest): Promise<HelperAnswer> {
  switch (op) {
    case 'get': {
      if (await isLocked(keytar, service)) return { kind: 'fault', fault: 'locked' };
      const bytes = await keytar.getPassword(service, account);
      return bytes === null ? { kind: 'absent' } : { kind: 'value', base64: Buffer.from(bytes).toString('base64') };
    }
    case 'put':
      // No look at the lock first: whoever puts a value is a person, who may answer the prompt.
      await keytar.setPassword(service, account, text);
      await markLock(keytar, service);
      return { kind: 'done' };
    case 'remove':
      return { kind: (await keytar.deletePassword(service, account)) ? 'done' : 'absent' };
    case 'list':
      return { kind: 'accounts', accounts: await keytar.findAccounts(service) };
    case 'probe':
      if (await isLocked(keytar, service)) return { kind: 'fault', fault: 'locked' };
      // Opening an item connects to the service; nothing is asked of a person for an item that is not there.
      await keytar.getPassword(lockService(service), `no-${LOCK_ITEM.account}`);
      return { kind: 'done' };
  }
}

/** The Secret Service refuses to search out a locked item's value where a plain read would raise a prompt. Linux alone has such a search. */
async function isLocked(keytar: Keytar, service: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    await keytar.findAccounts(lockService(service));
    return false;
  } catch (error) {
    // Another failure will show in the call that follows, which says more.
    return classifyError(error) === 'locked';
  }
}

async function markLock(keytar: Keytar, service: string): Promise<void> {
  if (process.platform !== 'linux') return;
  try {
    const marks = await keytar.findAccounts(lockService(service));
    if (marks.length === 0) await keytar.setPassword(lockService(service), LOCK_ITEM.account, LOCK_ITEM.text);
  } catch {
    // The value is stored. Without the mark a locked keychain shows by its prompt, which the caller's limit ends.
  }
}

function lockService(service: string): string {
  return `${service}:lock`;
}

async function main(): Promise<void> {
  const request = parseRequest(readFileSync(0, 'utf8'));
  const reply: HelperAnswer = request === null ? { kind: 'fault', fault: 'failed' } : await answer(request);
  const bytes = Buffer.from(JSON.stringify(reply));
  for (let written = 0; written < bytes.length;) written += writeSync(1, bytes, written);
}

void main();
