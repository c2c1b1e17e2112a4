import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { HttpAnswer } from '../execute/http-job.js';
import { selectResult } from '../execute/select-result.js';
import { sendRequest } from '../execute/send-request.js';
import type { PreparedHttp } from '../model/action.js';
import { interruptedBy } from '../model/interruption.js';
import type { Presented } from '../model/presented.js';
import { NO_REDACTIONS, type Redactions } from '../model/run.js';
import type { HttpAction, Json } from '../model/service.js';
import { orAborted } from '../model/when-aborted.js';
import { collectBody } from '../net/http-body.js';
import { readRetryAfter } from '../net/retry-after.js';
import type { Redactor } from '../redact/redactor.js';
import { presentSecret } from '../scheme/registry.js';
import { openKnownRoots } from '../state/known-roots.js';
import { hideRun } from './minted.js';
import { prepareMeanwhile, type Pace } from './prepare-meanwhile.js';
import { showHeader } from './show-header.js';
import { secretFor, type Performance, type Performed } from './performance.js';

/** Every answer is looked through, so nothing is made in vain. */
const PACE: Pace = { firstMs: 0, moreMs: 0 };

/** Sends an HTTP action's request and gives its answer: the body to stdout, or what is selected from it as the result. */
export async function performRequest(performance: Performance, signal: AbortSignal): Promise<Performed> {
  const { plan, tokens, timeoutMs, world } = performance;
  const { action, alias } = plan;
  if (action.kind !== 'http' || alias.action.kind !== 'http') throw new TypeError('not an HTTP action');
  const presented = await presentAll(performance, action, alias.action);
  if (isDenial(presented)) return { outcome: presented, redactions: NO_REDACTIONS, httpStatus: null };

  const derived = presented.flatMap(({ credential, derived: made }) => made.map((bytes) => ({ name: credential, bytes })));
  const redactor = hideRun(performance, derived);
  // While the service thinks, there is time to make the redactor.
  const preparation = prepareMeanwhile(redactor, PACE);
  const answering = sendRequest(
    {
      request: action,
      service: alias.service,
      presented,
      limits: { timeoutMs, maxBytes: alias.limits.maxBytes },
      proxy: plan.settings.proxy,
      userAgent: `outloop/${world.version}`,
      uid: world.uid,
      roots: openKnownRoots(plan.state),
      onSent: () => preparation.start(),
    },
    signal,
  );
  const answer = await answering.finally(() => preparation.stop());
  if (isDenial(answer)) {
    const { httpStatus } = answer.facts;
    return { outcome: answer, redactions: NO_REDACTIONS, httpStatus: typeof httpStatus === 'number' ? httpStatus : null };
  }
  // A kept token that its service does not take any more is asked for anew by the next run.
  if (answer.status === 401) for (const token of tokens.bySlot.values()) token.drop();
  try {
    return await deliver(answer, redactor, alias.action.response, performance);
  } finally {
    answer.body.close();
  }
}

async function presentAll(performance: Performance, request: PreparedHttp, action: HttpAction): Promise<readonly Presented[] | Denial> {
  const { plan, world } = performance;
  const all: Presented[] = [];
  for (const slot of action.slots) {
    const use = plan.alias.service.slots[slot];
    if (use === undefined || use.scheme === 'none') continue;
    const presented = await presentSecret(secretFor(performance, slot), use, {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      body: request.body,
      nowMs: world.now(),
    });
    if (isDenial(presented)) return presented;
    all.push(presented);
  }
  return all;
}

/** An answer of 400 or more is passed on as it is: a selection is made for what the alias asked for. */
function deliver(answer: HttpAnswer, redactor: Redactor, response: HttpAction['response'], performance: Performance): Promise<Performed> {
  const selects = response.select !== null || response.status || response.headers.length > 0;
  const succeeded = answer.status >= 200 && answer.status < 300;
  return selects && succeeded ? select(answer, redactor, response) : stream(answer, redactor, performance);
}

async function stream({ status, headers, body }: HttpAnswer, redactor: Redactor, { streams, world }: Performance): Promise<Performed> {
  const filter = redactor.open();
  let gone = false;
  streams.stdout.onFailure(() => (gone = true));
  for (;;) {
    const chunk = await body.read();
    if (isDenial(chunk)) {
      // What is held back may begin a credential that was cut: it is not given.
      const outcome = chunk.code === 'OUTPUT_LIMIT' ? deny(chunk.code, { ...chunk.facts, streams: ['stdout'] }) : chunk;
      return { outcome, redactions: onStdout(filter.count), httpStatus: status };
    }
    if (chunk === null || gone) break;
    // A reader that has stopped reading keeps neither a limit nor a signal from ending this.
    if (!streams.stdout.write(filter.write(chunk))) await orAborted(streams.stdout.room(), body.ending);
  }
  streams.stdout.write(filter.end());
  // Ended as a command is whose reader has gone: the answer was not read to its end.
  if (gone) return { outcome: interruptedBy('SIGPIPE'), redactions: onStdout(filter.count), httpStatus: status };
  const retryAfterMs = status < 400 ? null : readRetryAfter(new Map(headers).get('retry-after'), world.now());
  return { outcome: { kind: 'http', status, retryAfterMs }, redactions: onStdout(filter.count), httpStatus: status };
}

/** Redacted before the selection, which could take a secret apart, and after it, which could put one together. */
async function select({ status, headers, body }: HttpAnswer, redactor: Redactor, response: HttpAction['response']): Promise<Performed> {
  const whole = await collectBody(body);
  if (isDenial(whole)) return { outcome: whole, redactions: NO_REDACTIONS, httpStatus: status };
  const clean = redactor.redact(whole);
  const named = new Map(headers);
  const selected = await selectResult(response.select ?? '@', clean.bytes, named.get('content-type') ?? null);
  if (isDenial(selected)) return { outcome: selected, redactions: onStdout(clean.count), httpStatus: status };

  const shown = response.headers.map((name) => showHeader({ headers, bodyBytes: clean.bytes.length }, name, redactor));
  const texts = Object.fromEntries(shown.map(({ name, text }) => [name, text]));
  const result: Json =
    !response.status && response.headers.length === 0 ? selected.value : { status, headers: texts, body: selected.value };
  const text = redactor.redact(Buffer.from(JSON.stringify(result)));
  const redactions = onStdout(shown.reduce((sum, { count }) => sum + count, clean.count + text.count));
  try {
    return {
      outcome: { kind: 'http', status, retryAfterMs: null },
      redactions,
      httpStatus: status,
      result: JSON.parse(Buffer.from(text.bytes).toString()) as Json,
    };
  } catch {
    return {
      outcome: deny('OUTPUT_WITHHELD', { detail: 'a credential stood where it cannot be replaced' }),
      redactions,
      httpStatus: status,
    };
  }
}

function onStdout(count: number): Redactions {
  return { ...NO_REDACTIONS, stdout: count };
}
