import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeAdvice, type ClientFacts } from '../../src/agents/client-facts.js';
import { scanInstructions } from '../../src/agents/scan-instructions.js';
import type { Alias } from '../../src/model/service.js';
import { compileText } from '../service/compiling.js';
import { CLEAN, FOUND } from '../vectors/instruction-texts.js';

const SERVICES = {
  github: `base: https://api.github.com
slots: { token: { scheme: bearer, hosts: [api.github.com] } }
aliases:
  github.issues.list: { title: List, effect: read, params: { owner: { type: string }, repo: { type: string } }, http: { method: GET, path: '/repos/{owner}/{repo}/issues' } }
  github.issues.create: { title: Create, effect: write, params: { owner: { type: string }, repo: { type: string } }, http: { method: POST, path: '/repos/{owner}/{repo}/issues' } }
  github.repos.get: { title: Get, effect: read, params: { owner: { type: string }, repo: { type: string } }, http: { method: GET, path: '/repos/{owner}/{repo}' } }
  github.repos.delete: { title: Delete, effect: destructive, params: { owner: { type: string }, repo: { type: string } }, http: { method: DELETE, path: '/repos/{owner}/{repo}' } }
`,
  hub: `slots: { token: { scheme: bearer, hosts: [api.github.com] } }
aliases:
  hub.issues.list: { title: List, effect: read, params: { repo: { type: string } }, command: { argv: [/usr/bin/gh, issue, list, --repo, '{repo}'], credentials: { GH_TOKEN: token, GITHUB_TOKEN: token } } }
`,
  billing: `base: https://billing.example.com/v1
slots: { token: { scheme: bearer, hosts: [billing.example.com] } }
aliases:
  billing.invoices.list: { title: List, effect: read, http: { method: GET, path: /invoices } }
`,
};
const RUNNABLE = ['github.issues.create', 'github.issues.list', 'hub.issues.list', 'billing.invoices.list'];

let facts: ClientFacts;

beforeAll(async () => {
  const aliases: Alias[] = [];
  for (const [name, text] of Object.entries(SERVICES)) {
    const compiled = await compileText(`version: 1\nservice: ${name}\ntitle: ${name}\n${text}`, `services/${name}.yaml`);
    if (compiled.kind !== 'ok') throw new Error(JSON.stringify(compiled.problems));
    aliases.push(...compiled.aliases);
  }
  const defined = new Map(aliases.map((alias) => [alias.alias as string, alias]));
  const runnable = new Map(RUNNABLE.flatMap((name) => [...defined].filter(([one]) => one === name)));
  facts = { tenant: 'acme', defined, runnable, isOthers: ({ alias }) => alias === 'github.repos.delete' };
});

function scan(text: string, { isCode = false, known = true } = {}): readonly string[] {
  const client = known ? facts : null;
  return scanInstructions(text, { isCode, facts: client, advice: makeAdvice(client) }).map(
    ({ line, column, kind, name, instead }) =>
      `${line}:${column} ${kind} ${name}${instead.length === 0 ? '' : ` -> ${instead.join(', ')}`}`,
  );
}

describe('an instruction', () => {
  test.each(FOUND)('with %s is found', (_what, text, found) => {
    expect(scan(text)).toEqual(found);
  });

  test.each(CLEAN)('with %s is not', (_what, text) => {
    expect(scan(text)).toEqual([]);
  });

  test('of a folder that is not linked is found without advice, and no alias is judged', () => {
    expect(scan('Use $GITHUB_TOKEN, then `outloop run globex/x.y`.', { known: false })).toEqual(['1:6 key-variable GITHUB_TOKEN']);
  });

  test('in a script is code from its first line, where no word forbids', () => {
    expect(scan('# never\ncat .env # not', { isCode: true })).toEqual(['2:5 env-file .env']);
  });

  test('is never repeated in what is found: no value of the text is', () => {
    const secret = 'q7Zk2vN9xW4mT1bR8sLd';
    const line = fc.constantFrom(
      `export X_API_KEY=${secret}`,
      `Authorization: Bearer ${secret}`,
      `curl -u me:${secret} https://api.github.com/${secret}`,
      `.env ${secret}`,
      `sk_live_${secret}`,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 6 }), fc.boolean(), (lines, isCode) => {
        const client = facts;
        const found = scanInstructions(lines.join('\n'), { isCode, facts: client, advice: makeAdvice(client) });
        expect(JSON.stringify(found)).not.toContain(secret);
      }),
    );
  });

  test('of outloop’s own making passes', () => {
    const folder = join(import.meta.dirname, '../../templates/agent');
    for (const name of readdirSync(folder).filter((one) => /\.mdc?$/.test(one)))
      expect(scan(readFileSync(join(folder, name), 'utf8'))).toEqual([]);
  });

  test('is read in a time that grows with its length', () => {
    const unit = ['.env', 'A_', 'https://', 'outloop run -', ' -u ', '_KEY', 'sk-', '```', 'a/', '-- '];
    for (const piece of unit) {
      const text = `${piece.repeat(Math.floor(9_900 / piece.length))}\n`.repeat(20);
      const started = performance.now();
      scan(text);
      expect(performance.now() - started).toBeLessThan(4_000);
    }
  });
});
