import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { formatApproval, formatRequest, MAX_REQUEST_BYTES, parseApproval, parseRequest } from '../../src/approval/approval-file.js';
import { SHOWN_CHARS } from '../../src/approval/show-values.js';
import type { ApprovalRequest } from '../../src/model/approval.js';
import { makeApproval, makeRequest } from './make-ask.js';

const bytes = (text: string) => Buffer.from(text);

describe('a request’s file', () => {
  it('gives back what was written, whatever a caller put into it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (reason, folder, json) => {
        const request = makeRequest({ reason, folder, params: { a: { json, length: json.length } }, extra: { json, length: 9 } });
        expect(parseRequest(bytes(formatRequest(request)))).toEqual(request);
      }),
    );
  });

  it('is not too long with the longest that a caller can give', () => {
    const worst = '\u0001'.repeat(SHOWN_CHARS);
    const reason = '\u0001'.repeat(1000);
    const folder = `/${'\u0001'.repeat(4095)}`;
    const text = formatRequest(makeRequest({ reason, folder, params: { a: { json: worst, length: 1 } } }));
    expect(text.length).toBeLessThan(MAX_REQUEST_BYTES);
  });

  test.each<[string, (request: ApprovalRequest) => object]>([
    ['an unknown field', (request) => ({ ...request, approved: true })],
    ['a missing field', (request) => ({ ...request, times: undefined })],
    ['another tenant’s name', (request) => ({ ...request, tenant: '../acme' })],
    ['a key that is not one', (request) => ({ ...request, key: '../../../etc/passwd' })],
    ['an unknown rule', (request) => ({ ...request, rule: 'never' })],
    ['an id that is not one', (request) => ({ ...request, id: 'req_1' })],
    ['a number as a reason', (request) => ({ ...request, reason: 1 })],
    ['a value that is not one', (request) => ({ ...request, params: { a: 'x' } })],
    ['a grant without its hash', (request) => ({ ...request, grants: { cancel: 'c' } })],
    ['a credential that is none', (request) => ({ ...request, bind: { token: '../x' } })],
    ['a negative count', (request) => ({ ...request, times: -1 })],
    ['half a time', (request) => ({ ...request, lastMs: 0.5 })],
  ])('is none with %s', (_, spoil) => {
    expect(parseRequest(bytes(JSON.stringify({ version: 1, request: spoil(makeRequest()) })))).toBeNull();
  });

  test.each(['', 'null', '[]', '{}', '{"version":2}', 'garbage', '{"version":1,"request":null}'])('is none that holds %j', (text) => {
    expect(parseRequest(bytes(text))).toBeNull();
    expect(parseApproval(bytes(text))).toBeNull();
  });
});

describe('an approval’s file', () => {
  it('gives back what was written', () => {
    for (const approval of [
      makeApproval(),
      makeApproval({ count: null, left: null }),
      makeApproval({ bind: { token: 'bot' } as never }, { rule: 'ungranted' }),
      makeApproval({ verdict: 'rejected', count: 0, left: 0, expiresMs: null }),
    ])
      expect(parseApproval(bytes(formatApproval(approval)))).toEqual(approval);
  });

  test.each([
    ['an approval without an end', { expiresMs: null }],
    ['an unknown verdict', { verdict: 'maybe' }],
    ['a negative number of runs', { left: -1 }],
    ['a binding to what is no name', { bind: { token: '../bot' } }],
    ['a field more', { extra: 1 }],
  ])('is none with %s', (_, changes) => {
    expect(parseApproval(bytes(JSON.stringify({ version: 1, ...makeApproval(), ...changes })))).toBeNull();
  });

  it('is none that was torn or written over, or says what it says', () => {
    const text = formatApproval(makeApproval());
    fc.assert(
      fc.property(fc.nat({ max: text.length - 2 }), fc.constantFrom('', 'x', '"', '}', '0', '\u0000'), (at, put) => {
        const spoilt = text.slice(0, at) + put + text.slice(at + 1);
        const read = parseApproval(bytes(spoilt));
        if (read !== null) expect(JSON.parse(formatApproval(read))).toEqual(JSON.parse(spoilt));
      }),
    );
  });
});
