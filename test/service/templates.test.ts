import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import type { Alias, Json, Param } from '../../src/model/service.js';
import { compileService } from '../../src/service/compile-service.js';
import { fillHttp } from '../../src/service/fill-http.js';
import { checkFilled } from '../../src/service/read-parameters.js';
import { SAMPLES } from '../vectors/service-samples.js';
import { TOOLS } from './compiling.js';

const FOLDER = join(import.meta.dirname, '../../templates/services');
const SERVICES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

async function compileTemplate(name: string): Promise<readonly Alias[]> {
  const compiled = await compileService(`services/${name}`, readFileSync(join(FOLDER, name)), TOOLS);
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.problems, null, 1));
  expect(compiled.warnings).toEqual([]);
  return compiled.aliases;
}

describe('the templates', () => {
  it.each(SERVICES)('%s compiles without a warning, and each alias makes its request', async (name) => {
    const aliases = await compileTemplate(name);
    expect(aliases.length).toBeGreaterThanOrEqual(10);
    for (const alias of aliases) {
      const values: Record<string, Json> = {};
      for (const [param, shape] of Object.entries(alias.params)) values[param] = SAMPLES[param] ?? sampleOf(shape);
      expect(checkFilled(alias, values), alias.alias).toBeNull();
      const request = fillHttp(alias, values, {});
      if (isDenial(request)) throw new Error(`${alias.alias}: ${JSON.stringify(request)}`);
      expect(request.url.startsWith(alias.service.base ?? 'none')).toBe(true);
      expect(alias.action).toMatchObject({ slots: Object.keys(alias.service.slots) });
      expect(alias.effect === 'read' || request.method !== 'GET', alias.alias).toBe(true);
      expect(request.method !== 'DELETE' || alias.effect === 'destructive', alias.alias).toBe(true);
    }
  });

  it('only what is required need be given', async () => {
    for (const alias of (await Promise.all(SERVICES.map(compileTemplate))).flat()) {
      const values: Record<string, Json> = {};
      for (const [param, shape] of Object.entries(alias.params)) {
        if (shape.required) values[param] = SAMPLES[param] ?? sampleOf(shape);
        else if (shape.default !== null) values[param] = shape.default;
      }
      expect(checkFilled(alias, values), alias.alias).toBeNull();
      expect(isDenial(fillHttp(alias, values, {})), alias.alias).toBe(false);
    }
  });

  it.each([
    [
      'github.yaml',
      'github.issues.list',
      { owner: 'acme', repo: 'site', state: 'open', limit: 30, page: 1 },
      'GET https://api.github.com/repos/acme/site/issues?state=open&per_page=30&page=1',
      null,
    ],
    [
      'github.yaml',
      'github.issues.create',
      { owner: 'acme', repo: 'site', title: 'T', labels: ['bug'] },
      'POST https://api.github.com/repos/acme/site/issues',
      '{"title":"T","labels":["bug"]}',
    ],
    [
      'stripe.yaml',
      'stripe.refunds.create',
      { payment: 'pi_1', amount: 500 },
      'POST https://api.stripe.com/v1/refunds',
      'payment_intent=pi_1&amount=500',
    ],
    [
      'slack.yaml',
      'slack.messages.create',
      { channel: 'C0123', text: 'hi {there}' },
      'POST https://slack.com/api/chat.postMessage',
      '{"channel":"C0123","text":"hi {there}"}',
    ],
  ])('%s: %s is sent as the service’s reference says', async (file, name, values, line, body) => {
    const alias = (await compileTemplate(file)).find((one) => one.alias === name);
    if (alias === undefined) throw new Error('no such alias');
    const request = fillHttp(alias, values, {});
    if (isDenial(request)) throw new Error(JSON.stringify(request));
    expect(`${request.method} ${request.url}`).toBe(line);
    expect(request.body === null ? null : Buffer.from(request.body).toString()).toBe(body);
  });
});

function sampleOf(param: Param): Json {
  switch (param.type) {
    case 'integer':
    case 'number':
      return param.max === null ? 7 : Math.min(7, param.max);
    case 'boolean':
      return true;
    case 'enum':
      return param.values[0] ?? '';
    case 'json':
      return ['bug'];
    case 'string':
    case 'file':
      return 'plain text';
  }
}
