import { describe, expect, test } from 'vitest';
import { recordDenial } from '../../src/broker/make-record.js';
import { startTrail } from '../../src/broker/trail.js';
import { CATALOGUE, type DenialCode } from '../../src/denial/catalogue.js';
import { deny } from '../../src/denial/denial.js';
import { LAST_BEFORE_BACKEND } from '../../src/denial/exits.js';
import { NO_REDACTIONS } from '../../src/model/run.js';
import { findSchemaFault } from '../helpers/status-record.js';

/** As a run that this denial ended tells it. */
function recordOf(code: DenialCode) {
  const backendCalled = CATALOGUE[code].exit > LAST_BEFORE_BACKEND;
  const circumstances = { durationMs: 3, backendCalled, redactions: NO_REDACTIONS, httpStatus: null, auditFailed: false };
  return recordDenial(startTrail('01J', 0, null), deny(code, { tenant: 'acme', host: 'service.invalid' }), circumstances);
}

describe.each(Object.keys(CATALOGUE) as DenialCode[])('the published schema of the status record, of %s,', (code) => {
  const record = recordOf(code);

  test('takes what a run tells', () => {
    expect(findSchemaFault(record)).toBeNull();
    expect(findSchemaFault({ ...record, request: 'req_1', audit_result: 'failed' })).toBeNull();
  });

  const wrong: readonly (readonly [what: string, fields: object])[] = [
    ['another exit', { exit: record.exit === 119 ? 118 : 119 }],
    ['no next step', { next: null }],
    ['another origin', { origin: 'child' }],
    ['another version', { v: 2 }],
    ['a credential shown', { secret_exposed: true }],
    ...(record.exit > LAST_BEFORE_BACKEND ? [] : [['a backend asked', { backend_called: true }] as const]),
  ];
  test.each(wrong)('takes no record with %s', (_, other) => {
    expect(findSchemaFault({ ...record, ...other })).not.toBeNull();
  });

  test('takes no record that lacks a field', () => {
    for (const name of Object.keys(record)) expect(findSchemaFault({ ...record, [name]: undefined })).not.toBeNull();
  });
});

test('the published schema takes no code that the catalogue does not have', () => {
  expect(findSchemaFault({ ...recordOf('USAGE'), code: 'NO_SUCH_CODE' })).not.toBeNull();
});
