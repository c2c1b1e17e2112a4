import { writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addClient, addService, makeClientHome, type ClientHome } from './client-home.js';
import { HAS_TERMINAL } from './terminal.js';
import { Replay } from './replay.js';
import { readTranscript } from './transcript.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const SHOP = `version: 1
service: shop
title: Shop
base: BASE
slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  shop.orders.list: { title: List orders, effect: read, http: { method: GET, path: /orders }, response: { select: asked } }
  shop.refunds.list: { title: List refunds, effect: read, http: { method: GET, path: /refunds }, response: { select: asked } }
  shop.order.cancel: { title: Cancel an order, effect: destructive, params: { order: { type: string } }, http: { method: DELETE, path: '/orders/{order}' }, response: { select: asked } }
`;

/** The files that a transcript shows with `cat`. */
const FILES: Readonly<Record<string, string>> = {
  'work.sh': 'cd ~/clients/acme   && outloop run shop.orders.list\ncd ~/clients/globex && outloop run shop.orders.list\n',
  'late.sh': 'echo $OUTLOOP_SESSION > token\n',
  'lose.sh': 'cd ~/clients/acme\noutloop run shop.refunds.list\nenv -u OUTLOOP_SESSION outloop run shop.refunds.list\n',
};

let home: ClientHome;
let server: Server;

beforeAll(async () => {
  home = await makeClientHome();
  server = await addService(home, 'shop', SHOP);
  for (const client of ['acme', 'globex']) {
    await addClient(home, client, [['--id', 'list', '--permit', 'shop.orders.list', '--bind', 'token=key']]);
  }
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(home.path, name), text);
});

afterAll(() => {
  server.close();
  home.remove();
});

describe.skipIf(!HAS_TERMINAL)('a transcript in docs/callers', () => {
  test.each(['session.md', 'request.md'])('is what happens: %s', async (name) => {
    const steps = readTranscript(join(import.meta.dirname, '../../docs/callers', name));
    expect(steps.length).toBeGreaterThan(8);
    const replay = new Replay(home);
    for (const step of steps) {
      const { command, output, exit } = step;
      expect({ command, ...(await replay.step(step)) }).toEqual({ command, output, exit });
    }
  });
});
