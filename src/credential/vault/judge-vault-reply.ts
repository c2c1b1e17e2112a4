import { isTable } from '../../model/json-table.js';
import { judgeReply } from '../remote/judge-reply.js';
import type { Reply } from '../remote/remote.js';

/** 503 is for maintenance and for a seal; the error's text alone tells which (`Vault is sealed`, OpenBao: `OpenBao is sealed`). */
export function isSealed({ status, body }: Reply): boolean {
  if (status !== 503 || !isTable(body) || !Array.isArray(body['errors'])) return false;
  return body['errors'].some((error) => typeof error === 'string' && /\bsealed\b/i.test(error));
}

/**
 * What Vault's reply means to a backend. 403 is for a token that is wrong, over, or may not read the path; 501 for a Vault that nobody has
 * initialised; 307 comes from a standby that passes nothing on. A deleted version answers 404 with its metadata, and holds nothing.
 */
export function judgeVaultReply(reply: Reply): ReturnType<typeof judgeReply> {
  if (isSealed(reply)) return { kind: 'locked', detail: 'it is sealed' };
  if (reply.status === 403) return { kind: 'locked', detail: 'it does not take outloop’s token for this path' };
  if (reply.status === 501) return { kind: 'locked', detail: 'it is not initialised' };
  if (reply.status === 307) return { kind: 'unavailable', detail: 'it is a standby that names another address', retryAfterMs: null };
  return judgeReply(reply);
}
