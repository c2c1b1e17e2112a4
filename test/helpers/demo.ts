import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeHome, type Home } from './outloop.js';

/** The credential of every demo home. */
export const KEY = 'sk_test_8fJ2kLmN0pQrStUv';

/** What a demo home has besides: more aliases of the service `demo` (TOOL is its tool), more of the tenant `acme`, where its HTTP aliases go; `permit`: what the grant `all` permits. */
export type DemoWish = {
  readonly base?: string;
  readonly aliases?: string;
  readonly credentials?: string;
  readonly grants?: string;
  readonly permit?: string;
  /** Names of further copies of the tool, TOOL-name in aliases, and of empty folders. */
  readonly tools?: readonly string[];
  readonly folders?: readonly string[];
};

/**
 * A home that is set up: the service `demo` with its vetted tool (test/fixtures/bin/tool), the tenant `acme` with the credential `bot` and a grant
 * for all of it, the folder `acme` linked.
 */
export async function makeDemo(wish: DemoWish = {}): Promise<Home> {
  const home = makeHome();
  const tool = home.put('bin/tool', readFileSync(join(import.meta.dirname, '../fixtures/bin/tool')), 0o755);
  home.put('acme/notes.txt', 'a note\n');
  for (const folder of wish.folders ?? []) mkdirSync(home.path(folder), { mode: 0o700 });
  for (const name of wish.tools ?? []) home.put(`bin/tool-${name}`, readFileSync(tool), 0o755);
  home.put(
    'state/services/demo.yaml',
    `version: 1
service: demo
title: Demo
base: ${wish.base ?? 'https://demo.invalid'}
slots: { token: { scheme: bearer, hosts: [${new URL(wish.base ?? 'https://demo.invalid').hostname}] } }
aliases:
  demo.use:
    title: Use the tool
    effect: read
    params: { verb: { type: string }, value: { type: string, default: '' } }
    command: { argv: [${tool}, '{verb}', '{value}'], credentials: { KEY: token } }
  demo.keep:
    title: Use the tool with its credential in a file
    effect: read
    params: { verb: { type: string } }
    command: { argv: [${tool}, '{verb}'], credentials: { KEY: token }, delivery: file }
${(wish.aliases ?? '').replaceAll('TOOL', tool)}`,
  );
  home.put(
    'state/tenants/acme.yaml',
    `version: 1
tenant: acme
status: active
credentials:
  bot: { backend: embedded, ref: acme/bot }
${wish.credentials ?? ''}
grants:
  - { id: all, permit: ${wish.permit ?? "['*.*']"}, bind: { token: bot } }
${wish.grants ?? ''}`,
  );
  await home.setUpAll([
    [['init', '--vault-key', 'file']],
    [['secret', 'set', 'acme/bot', '--yes'], { input: KEY }],
    [['service', 'vet', 'demo', '--yes']],
    [['link', '--tenant', 'acme', '--project', 'web', '--yes'], { cwd: home.path('acme') }],
  ]);
  return home;
}
