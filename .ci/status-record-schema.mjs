// The JSON Schema of the status record (docs/formats.md): its codes and what goes with each are the catalogue's.

const text = { type: 'string' };
const orNull = (type) => ({ type: [type, 'null'] });
const count = { type: 'integer', minimum: 0 };
const ORIGINS = { enum: ['outloop', 'child', 'service'] };

/** How a run ends that no denial ended (src/model/run.ts), with who ended it and the exit, where that is always one. */
const listOutcomes = (httpError) => ({
  OK: { origin: ORIGINS, exit: { const: 0 } },
  CHILD_FAILED: { origin: { const: 'child' }, exit: { type: 'integer', minimum: 1 } },
  CHILD_SIGNALED: { origin: { enum: ['outloop', 'child'] }, exit: { type: 'integer', minimum: 128 } },
  HTTP_ERROR: { origin: { const: 'service' }, exit: { const: httpError } },
});

/** `lastBefore`: up to that exit nothing was fetched; `httpError`: the exit of an answer of 400 or more. */
export function describeStatusRecord(catalogue, { lastBefore, httpError }) {
  const outcomes = listOutcomes(httpError);
  const properties = {
    v: { const: 1 },
    run: text,
    origin: ORIGINS,
    code: { enum: [...Object.keys(outcomes), ...Object.keys(catalogue)] },
    exit: count,
    retryable: { type: 'boolean' },
    retry_after_ms: orNull('number'),
    reason: text,
    next: {
      type: ['object', 'null'],
      properties: { who: { enum: ['agent', 'operator', 'nobody'] }, do: text, command: orNull('string') },
      required: ['who', 'do', 'command'],
    },
    tenant: orNull('string'),
    project: orNull('string'),
    alias: orNull('string'),
    principal: orNull('string'),
    delivery: orNull('string'),
    backend_called: { type: 'boolean' },
    child_exit: orNull('integer'),
    child_signal: orNull('string'),
    http_status: orNull('integer'),
    redactions: count,
    redactions_by: { type: 'object', properties: { stdout: count, stderr: count }, required: ['stdout', 'stderr'] },
    secret_exposed: { const: false },
    duration_ms: count,
  };
  const denials = Object.entries(catalogue).map(([code, { exit }]) => [
    code,
    {
      origin: { const: 'outloop' },
      exit: { const: exit },
      next: { type: 'object' },
      ...(exit <= lastBefore ? { backend_called: { const: false } } : {}),
    },
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The status record of outloop, as --status-fd gives it and the --json envelope begins',
    type: 'object',
    properties: { ...properties, request: text, audit_result: { const: 'failed' } },
    required: Object.keys(properties),
    allOf: [...Object.entries(outcomes), ...denials].map(([code, then]) => ({
      if: { properties: { code: { const: code } } },
      then: { properties: then },
    })),
  };
}
