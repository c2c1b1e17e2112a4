import { serveHttp } from '../../fixtures/http/servers.js';
import type { MadeWorld } from '../make-world.js';

/** Gives a world the service `demo`, whose alias `demo.item.get` a server answers until the test is over. */
export async function addItemService(made: MadeWorld): Promise<void> {
  const server = await serveHttp((_, response) => response.end('{}'));
  made.service('demo', {
    version: 1,
    service: 'demo',
    title: 'Demo',
    base: server.base,
    aliases: { 'demo.item.get': { title: 'Get', effect: 'read', http: { method: 'GET', path: '/' } } },
  });
}
