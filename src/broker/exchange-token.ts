import { deny, isDenial, type Denial } from '../denial/denial.js';
import { sendRequest } from '../execute/send-request.js';
import { readDestination } from '../net/destination.js';
import { collectBody } from '../net/http-body.js';
import { readRetryAfter } from '../net/retry-after.js';
import type { ExchangeAnswer, ExchangeRequest } from '../scheme/exchange.js';
import { openKnownRoots } from '../state/known-roots.js';
import type { Plan } from './plan.js';
import type { World } from './world.js';

/** Others wait for the lock meanwhile, and no longer than 8 s for one holder. */
const LIMIT_MS = 7000;
/** A token and what is said of it. */
const MAX_BYTES = 65_536;
const RETRY_AFTER_MS = 5000;

/**
 * Sends a request for a token and gives the whole answer. The endpoint is reached as the service itself is: checked addresses, its
 * networks, roots and proxy; no redirect is followed. Whatever fails is BACKEND_UNAVAILABLE under the endpoint's name, since the action's own
 * service was not touched.
 */
export async function exchangeToken(
  { url, headers, body }: ExchangeRequest,
  plan: Plan,
  world: World,
  signal: AbortSignal,
): Promise<ExchangeAnswer | Denial> {
  const destination = readDestination(url);
  if (destination === null)
    return deny('BACKEND_UNAVAILABLE', { backend: plan.alias.service.service, detail: 'its address cannot be read' });
  const { host, origin } = destination;
  const answer = await sendRequest(
    {
      request: { kind: 'http', method: 'POST', url, headers, body },
      service: { ...plan.alias.service, base: origin },
      presented: [],
      limits: { timeoutMs: LIMIT_MS, maxBytes: MAX_BYTES },
      proxy: plan.settings.proxy,
      userAgent: `outloop/${world.version}`,
      uid: world.uid,
      roots: openKnownRoots(plan.state),
    },
    signal,
  );
  if (isDenial(answer)) return rename(answer, host);
  const whole = await collectBody(answer.body);
  if (isDenial(whole)) return rename(whole, host);
  return {
    host,
    status: answer.status,
    body: whole,
    retryAfterMs: readRetryAfter(new Map(answer.headers).get('retry-after'), world.now()),
  };
}

/** What some denials of a request are called here; the others have a detail of their own. */
const WORDS: Partial<Record<Denial['code'], string>> = {
  RUN_TIMEOUT: `it did not answer within ${LIMIT_MS / 1000} s`,
  EGRESS_BLOCKED: 'its name resolved to an address that is not allowed',
  REDIRECT_BLOCKED: 'it redirects, and a credential is not sent elsewhere',
  OUTPUT_LIMIT: 'its answer cannot be read',
  OUTPUT_WITHHELD: 'its answer cannot be read',
};

/** The same in the words of a backend: at this point an upstream's denial would say that the action had started. */
function rename({ code, facts }: Denial, host: string): Denial {
  const detail = typeof facts['detail'] === 'string' ? facts['detail'] : 'it cannot be reached';
  return deny('BACKEND_UNAVAILABLE', { backend: host, detail: WORDS[code] ?? detail }, RETRY_AFTER_MS);
}
