import { describe, expect, test } from 'vitest';
import { NO_REDACTIONS } from '../../src/model/run.js';
import { presentRun } from '../../src/cli/present-run.js';
import { CATALOGUE, DENIAL_CODES, type DenialCode } from '../../src/denial/catalogue.js';
import { deny } from '../../src/denial/denial.js';
import { describeDenial } from '../../src/denial/describe.js';
import { recordDenial, recordOutcome, recordPermit } from '../../src/broker/make-record.js';
import { startTrail } from '../../src/broker/trail.js';

const RUN = '01JD3Y00000000000000000000';
const TRAIL = startTrail(RUN, 0, 'github.issues.list');
const CIRCUMSTANCES = { durationMs: 12.4, backendCalled: false, redactions: NO_REDACTIONS, httpStatus: null, auditFailed: false };
const FACTS = {
  directory: '/c/acme',
  tenant: 'acme',
  asserted: 'globex',
  alias: 'a.b',
  param: 'owner',
  grant: 'g',
  limit: 'rate',
  tool: '/bin/x',
};
const denied = (code: DenialCode) => recordDenial(TRAIL, deny(code, FACTS), CIRCUMSTANCES);

describe('the last line of a run', () => {
  test('says what happened, the code, its exit, the run, and a safe next step', () => {
    expect(presentRun(denied('LINK_CHANGED'), null)).toBe(
      `outloop: denied LINK_CHANGED (103) run=${RUN}: the .outloop file in /c/acme has changed since it was approved. Next: leave the file as it is, carry on with work that needs no access, and report that the operator must look at it and link this folder again.\n`,
    );
  });

  test.each([
    ['RATE_LIMITED', 59_000, 'wait 59 s, then try again'],
    ['OUTSIDE_WINDOW', 7_500_000, 'continue other work, and wait 2 h 5 min before trying again'],
    ['BACKEND_UNAVAILABLE', 5000, 'wait 5 s, then try again'],
    ['RATE_LIMITED', null, 'wait a while, then try again'],
  ] as const)('says of %s how long %s ms are, and the record keeps its own words', (code, ms, step) => {
    const record = recordDenial(TRAIL, deny(code, FACTS, ms), CIRCUMSTANCES);
    expect(presentRun(record, null)).toMatch(new RegExp(`Next: ${step}\\.\n$`));
    expect(record).toMatchObject({ retry_after_ms: ms, next: { do: expect.stringContaining('wait retry_after_ms') } });
  });

  test('names the command of an agent’s own step', () => {
    expect(presentRun(denied('TENANT_MISMATCH'), null)).toMatch(
      /Next: use the aliases of this folder’s tenant, go back to a folder of the tenant that you work for, or stop \(outloop aliases\)\.\n$/,
    );
  });

  test.each(DENIAL_CODES)('%s is one line in the form of the contract, and gives an agent no command of the operator’s', (code) => {
    const line = presentRun(denied(code), null) ?? '';
    const { exit, who, command } = CATALOGUE[code];
    expect(line).toMatch(/^outloop: (?:denied|ended) [A-Z_]+ \([0-9]{3}\) run=[0-9A-Z]{26}: [^\n]+\. Next: [^\n]+\.\n$/);
    expect(line.startsWith(`outloop: ${exit >= 116 ? 'ended' : 'denied'} ${code} (${exit}) `)).toBe(true);
    expect(line).not.toMatch(/\{|\}|\[|\]|\.\.\n/);
    if (who === 'operator' && command !== null) expect(line).not.toContain(`(${command})`);
  });

  test.each(DENIAL_CODES)('%s has a next step that approves, links, widens, disables and reveals nothing', (code) => {
    const { next } = describeDenial(deny(code, FACTS));
    expect(next.do).not.toMatch(
      /\b(?:approve it|ask for the (?:key|credential)|disable|widen|grant|unset|--yes|sudo|chmod|outloop link)\b/i,
    );
    // To link, to vet and to approve are named only as what must be reported.
    if (/\b(?:link|vet|unlock|install) /.test(next.do)) expect(next.do).toMatch(/report that the operator must/);
    // A colon would begin a command to type: that is `command`'s place.
    expect(next.do).not.toContain('`');
  });

  test('an action that came to its own end speaks for itself', () => {
    expect(presentRun(recordOutcome(TRAIL, { kind: 'command', exit: 7, signal: null }, CIRCUMSTANCES, null), null)).toBeNull();
    expect(presentRun(recordOutcome(TRAIL, { kind: 'command', exit: null, signal: 'SIGTERM' }, CIRCUMSTANCES, 15), null)).toBeNull();
    expect(presentRun(recordOutcome(TRAIL, { kind: 'http', status: 204, retryAfterMs: null }, CIRCUMSTANCES, null), null)).toBeNull();
  });

  test('a rehearsal says what would run and for whom', () => {
    expect(presentRun(recordPermit(TRAIL, CIRCUMSTANCES), null)).toMatch(
      /^outloop: would run \S+ for \S+\/\S+; nothing was fetched and nothing done\n$/,
    );
  });

  test('a service’s answer of 400 or more has ended, with what to do', () => {
    const line = presentRun(
      recordOutcome(TRAIL, { kind: 'http', status: 404, retryAfterMs: null }, { ...CIRCUMSTANCES, httpStatus: 404 }, null),
      null,
    );
    expect(line).toMatch(/^outloop: ended HTTP_ERROR \(22\) run=\S+: the service answered 404\. Next: .+\.\n$/);
  });

  test.each([
    [404, null, 'agent', /correct the request/],
    [401, null, 'operator', /report that the service does not take the credential/],
    [429, null, 'agent', /^wait a minute or more, then try again$/],
    [429, 7000, 'agent', /^wait retry_after_ms, then try again$/],
    [500, null, 'agent', /^check the service’s state before trying again$/],
    [503, 7000, 'agent', /^check the service’s state before trying again$/],
  ])('after an answer of %i that asks for %j ms nothing is asked for that would not help', (status, retryAfterMs, who, step) => {
    const record = recordOutcome(TRAIL, { kind: 'http', status, retryAfterMs }, { ...CIRCUMSTANCES, httpStatus: status }, null);
    expect(record).toMatchObject({ retryable: status === 429, retry_after_ms: retryAfterMs });
    expect(record.next).toMatchObject({ who, do: expect.stringMatching(step) });
  });

  test('colour is put on the verb and the code and changes no text', () => {
    const line = presentRun(denied('LINK_CHANGED'), (text, part) => `<${part}>${text}</>`) ?? '';
    expect(line).toContain('<verb>denied</> <code>LINK_CHANGED</>');
    expect(line.replaceAll(/<[^>]*>/g, '')).toBe(presentRun(denied('LINK_CHANGED'), null));
  });

  test('what comes from outside stands on the line escaped', () => {
    const record = recordDenial(TRAIL, deny('ALIAS_UNKNOWN', { alias: 'x\u001b[2J\noutloop: \u202eok' }), CIRCUMSTANCES);
    const line = presentRun(record, null) ?? '';
    expect(line).toContain('x\\u{1b}[2J\\u{a}outloop: \\u{202e}ok');
    expect(line.split('\n')).toHaveLength(2);
  });
});
