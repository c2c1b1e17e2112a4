import { isTable } from '../../model/json-table.js';
import type { Ask, BackendAnswer, OpenSetting, ProbeAnswer } from '../backend.js';
import { readToken } from '../read-token.js';
import { openAttempts } from '../remote/attempts.js';
import type { Attempts } from '../remote/attempts.js';
import { encodePath, encodeQuery, judgeStatus, toValue, unreadable, wrongItem } from '../remote/judge-reply.js';
import { probing } from '../remote/probe.js';
import type { OpOptions } from './1password-backend.js';
import { findField } from './find-field.js';
import type { OpReference } from './op-reference.js';

type ConnectOptions = OpOptions & { readonly connect: string };

type Refused = Exclude<BackendAnswer, { kind: 'value' }>;

/** What a Connect server calls a vault or an item. */
const ID = /^[a-z0-9]{26}$/;

/**
 * Reads a field through a Connect server: the vault by its name (`GET /v1/vaults?filter=name eq "…"`), the item by its title
 * (`GET /v1/vaults/{id}/items?filter=title eq "…"`), then the item (`GET /v1/vaults/{id}/items/{id}`); an id saves the look-up. One request
 * reads values, the last. Errors are `{"status","message"}` with 401, 403 and 404 (developer.1password.com/docs/connect/api-reference).
 */
export async function readFromConnect(setting: OpenSetting, options: ConnectOptions, ref: OpReference, ask: Ask): Promise<BackendAnswer> {
  const token = await readToken(setting, options.token ?? 'embedded', ask);
  if (token.kind !== 'token') return token;
  const call = openCalls(setting, options, token.text, ask.signal);
  const vault = await findOne(call, '/v1/vaults', { key: 'name', value: ref.vault });
  if (vault.kind !== 'id') return vault;
  const items = encodePath(['v1', 'vaults', vault.id, 'items']);
  const found = await findOne(call, items, { key: 'title', value: ref.item });
  if (found.kind !== 'id') return found;
  const answer = await call(`${items}/${found.id}`);
  if (answer.kind !== 'body') return answer;
  const item = answer.body;
  if (!isTable(item) || !isTable(item['vault'])) return unreadable();
  if (item['id'] !== found.id || item['vault']['id'] !== vault.id) return wrongItem();
  const field = findField(item, ref);
  return field.kind === 'field' ? toValue(field.value) : field;
}

/** `GET /v1/vaults` needs the token and gives no item. */
export async function probeConnect(setting: OpenSetting, options: ConnectOptions, signal: AbortSignal): Promise<ProbeAnswer> {
  const token = await readToken(setting, options.token ?? 'embedded', probing(signal));
  const answer = token.kind === 'token' ? await openCalls(setting, options, token.text, signal)('/v1/vaults') : token;
  switch (answer.kind) {
    case 'body':
      return Array.isArray(answer.body)
        ? { kind: 'ready', detail: 'its token is taken' }
        : { kind: 'unavailable', detail: 'its answer cannot be read' };
    case 'locked':
      return { kind: 'locked', detail: answer.detail ?? '' };
    case 'absent':
      return { kind: 'unavailable', detail: 'there is no such API at its address' };
    case 'unavailable':
    case 'damaged':
      return { kind: 'unavailable', detail: answer.detail };
  }
}

type Calls = (path: string) => Promise<{ readonly kind: 'body'; readonly body: unknown } | Refused>;

function openCalls(setting: OpenSetting, { connect, networks, ca }: ConnectOptions, token: string, signal: AbortSignal): Calls {
  const attempts: Attempts = openAttempts(setting, { base: connect, networks, ca }, signal);
  const headers = [['Authorization', `Bearer ${token}`]] as const;
  return async (path) => {
    const reply = await attempts.call({ path, headers, json: null });
    if (reply.kind !== 'reply') return reply;
    const { status, body, retryAfterMs } = reply;
    return status >= 200 && status < 300 ? { kind: 'body', body } : judgeStatus(status, retryAfterMs);
  };
}

/** The id of the one vault or item of that name, which is not case-sensitive; an id stands for itself. */
async function findOne(
  call: Calls,
  path: string,
  wanted: { readonly key: 'name' | 'title'; readonly value: string },
): Promise<{ readonly kind: 'id'; readonly id: string } | Refused> {
  if (ID.test(wanted.value)) return { kind: 'id', id: wanted.value };
  // A reference holds no quote and no backslash, so nothing can end the filter's text early.
  const answer = await call(`${path}${encodeQuery({ filter: `${wanted.key} eq "${wanted.value}"` })}`);
  if (answer.kind !== 'body') return answer;
  if (!Array.isArray(answer.body)) return unreadable();
  const named = answer.body.filter((one) => isTable(one) && isSame(one[wanted.key], wanted.value));
  const [first, second] = named.map((one) => (isTable(one) ? one['id'] : null));
  if (first === undefined) return answer.body.length === 0 ? { kind: 'absent' } : wrongItem();
  if (second !== undefined) return { kind: 'damaged', detail: 'several items have the name in its ref; use their ids' };
  return typeof first === 'string' && ID.test(first) ? { kind: 'id', id: first } : unreadable();
}

function isSame(given: unknown, wanted: string): boolean {
  return typeof given === 'string' && given.toLowerCase() === wanted.toLowerCase();
}
