import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import type { PreparedHttp } from '../../src/model/action.js';
import type { Alias, Json } from '../../src/model/service.js';
import { fillHttp } from '../../src/service/fill-http.js';
import { checkFilled } from '../../src/service/read-parameters.js';
import { compileDemo } from './compiling.js';

const BASE = 'https://api.example.com';
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'./\\?#%&=@: \r\n\t\0{}"\'-é\u2028+;') }));

async function demo(params: string, http: string, more = ''): Promise<Alias> {
  return compileDemo(`    title: T\n    effect: write\n    params: ${params}\n    http: ${http}\n${more}`);
}

function filled(alias: Alias, values: Record<string, Json>): PreparedHttp {
  const request = fillHttp(alias, values, {});
  if (isDenial(request)) throw new Error(JSON.stringify(request));
  return request;
}

describe('filling an HTTP request', () => {
  it('every parameter goes to its place', async () => {
    const alias = await demo(
      '{ a: { type: string }, n: { type: integer }, j: { type: json }, h: { type: string } }',
      "{ method: POST, path: '/v1/{a}/x-{n}/', query: { q: 'is:{a}', n: '{n}' }, headers: { X-H: '{h}' }, body: { n: '{n}', t: 'n={n}', j: '{j}', fix: [1, true, null, '{{a}}'] } }",
    );
    expect(filled(alias, { a: "b c'd", n: 7, j: { k: [1] }, h: 'v' })).toEqual({
      kind: 'http',
      method: 'POST',
      url: `${BASE}/v1/b%20c%27d/x-7/?q=is%3Ab%20c%27d&n=7`,
      headers: [
        ['X-H', 'v'],
        ['Content-Type', 'application/json'],
      ],
      body: Buffer.from('{"n":7,"t":"n=7","j":{"k":[1]},"fix":[1,true,null,"{a}"]}'),
    });
  });

  it('an optional parameter without a value leaves out what it alone would fill', async () => {
    const alias = await demo(
      '{ a: { type: string, required: false } }',
      "{ method: POST, path: /, query: { q: '{a}', k: v }, headers: { X-A: '{a}' }, body: { a: '{a}', b: ['{a}', 1] } }",
    );
    const request = filled(alias, {});
    expect(request.url).toBe(`${BASE}/?k=v`);
    expect(request.headers).toEqual([['Content-Type', 'application/json']]);
    expect(String(request.body)).toBe('{"b":[1]}');
    expect(filled(await demo('{ a: { type: json, required: false } }', "{ method: POST, path: /, body: '{a}' }"), {})).toMatchObject({
      body: null,
      headers: [],
    });
  });

  it('a form is encoded, and a raw body is sent as it is', async () => {
    const form = await demo('{ a: { type: string } }', "{ method: POST, path: /, form: { 'metadata[k]': '{a}', n: 1 } }");
    expect(String(filled(form, { a: 'x&y=z é' }).body)).toBe('metadata%5Bk%5D=x%26y%3Dz%20%C3%A9&n=1');
    const raw = await demo('{ f: { type: file } }', '{ method: PUT, path: /, raw: { param: f, contentType: text/plain } }');
    const bytes = new Uint8Array([0, 255]);
    expect(fillHttp(raw, { f: 'a.bin' }, { f: { name: 'a.bin', bytes } })).toMatchObject({
      body: bytes,
      headers: [['Content-Type', 'text/plain']],
    });
  });

  it('a file that nobody opened does not go out as its name', async () => {
    const raw = await demo('{ f: { type: file } }', '{ method: PUT, path: /, raw: { param: f, contentType: text/plain } }');
    expect(fillHttp(raw, { f: 'a.bin' }, {})).toMatchObject({ code: 'PARAM_INVALID', facts: { param: 'f' } });
  });

  it('a slot that may not go to the host denies the request', async () => {
    const alias = await demo('{}', '{ method: GET, path: / }');
    const elsewhere: Alias = { ...alias, service: { ...alias.service, base: 'https://other.example.com' } };
    expect(fillHttp(elsewhere, {}, {})).toMatchObject({
      code: 'DESTINATION_NOT_ALLOWED',
      facts: { alias: 'demo.do', host: 'other.example.com' },
    });
    const gone: Alias = { ...alias, service: { ...alias.service, slots: {} } };
    expect(fillHttp(gone, {}, {})).toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' });
  });

  it('a URL that does not read back as it was built is denied', async () => {
    const alias = await demo('{ a: { type: string } }', "{ method: GET, path: '/x/{a}' }");
    for (const base of ['https://api.example.com/a/../b', 'https://u:p@api.example.com', 'https://api.example.com/#x']) {
      const odd: Alias = { ...alias, service: { ...alias.service, base: `${base}` } };
      const request = fillHttp(odd, { a: 'y' }, {});
      if (!isDenial(request)) expect(new URL(request.url)).toMatchObject({ username: '', hash: '', host: 'api.example.com' });
    }
    for (const text of ['..', '.', '%2e%2e', '.%2E', '', 'a/../..']) {
      const spelt = text.split('/').map((part) => [{ text: part }]);
      const action = { ...(alias.action as Extract<Alias['action'], { kind: 'http' }>), segments: [...spelt, [{ param: 'a' }]] };
      const request = fillHttp({ ...alias, action }, { a: 'y' }, {});
      if (!isDenial(request)) expect(request.url).toBe(`${BASE}/${text}/y`);
    }
  });

  it('text and a value may not make dots together', async () => {
    const alias = await demo('{ a: { type: string, default: b } }', "{ method: GET, path: '/x/.{a}' }");
    expect(fillHttp(alias, { a: '.' }, {})).toMatchObject({ code: 'PARAM_UNSAFE', facts: { param: 'a' } });
    const twice = await demo('{ a: { type: string }, b: { type: string } }', "{ method: GET, path: '/x/{a}{b}' }");
    expect(fillHttp(twice, { a: '.', b: '.' }, {})).toMatchObject({ code: 'PARAM_UNSAFE' });
  });

  describe('for any text', () => {
    let alias: Alias;
    beforeAll(async () => {
      alias = await demo(
        '{ p: { type: string }, q: { type: string }, h: { type: string }, j: { type: string }, k: { type: json } }',
        "{ method: POST, path: '/v1/{p}/end', query: { first: '{q}', last: z }, headers: { X-H: '{h}', X-Z: z }, body: { a: '{j}', m: 'm {j} m', k: '{k}', z: 1 } }",
      );
    });

    it('host and path structure stay, and reading back gives the very value', () => {
      fc.assert(
        fc.property(anyText, anyText, anyText, anyText, fc.jsonValue({ depthSize: 'small' }), (p, q, h, j, k) => {
          const values: Record<string, Json> = { p, q, h, j, k: k as Json };
          const refused = checkFilled(alias, values);
          const request = fillHttp(alias, values, {});
          if (isDenial(request)) {
            expect(request.code).toBe('PARAM_UNSAFE');
            expect(refused).not.toBeNull();
            return;
          }
          const url = new URL(request.url);
          expect([url.origin, url.username, url.password, url.hash]).toEqual([BASE, '', '', '']);
          const segments = url.pathname.split('/');
          expect([segments.length, segments[1], decodeURIComponent(segments[2] ?? ''), segments[3]]).toEqual([4, 'v1', p, 'end']);
          expect([...url.searchParams]).toEqual([
            ['first', q],
            ['last', 'z'],
          ]);
          expect(request.headers).toEqual([
            ['X-H', h],
            ['X-Z', 'z'],
            ['Content-Type', 'application/json'],
          ]);
          expect(JSON.parse(Buffer.from(request.body ?? []).toString('utf8'))).toEqual({
            a: j,
            m: `m ${j} m`,
            k: JSON.parse(JSON.stringify(k)),
            z: 1,
          });
        }),
        { numRuns: 2000 },
      );
    });

    it('a path segment that is filled at all stays one segment', () => {
      fc.assert(
        fc.property(anyText, (p) => {
          const request = fillHttp(alias, { p, q: '', h: '', j: '', k: null }, {});
          if (isDenial(request)) return;
          expect(new URL(request.url).pathname.split('/').length).toBe(4);
          expect(decodeURIComponent(new URL(request.url).pathname)).toBe(`/v1/${p}/end`);
        }),
        { numRuns: 2000 },
      );
    });

    it('a form reads back as the very value', async () => {
      const form = await demo('{ a: { type: string } }', "{ method: POST, path: /, form: { a: '{a}', b: 1 } }");
      fc.assert(
        fc.property(anyText, (a) => {
          const request = fillHttp(form, { a }, {});
          if (isDenial(request)) return;
          expect([...new URLSearchParams(Buffer.from(request.body ?? []).toString())]).toEqual([
            ['a', a],
            ['b', '1'],
          ]);
        }),
        { numRuns: 1000 },
      );
    });
  });
});
