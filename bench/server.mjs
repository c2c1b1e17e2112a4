// A service on loopback, over http and https, in a thread of its own: the bench's thread waits for the processes that it times.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

/** Certificates of the tests, for 127.0.0.1. */
const TLS = join(dirname(fileURLToPath(import.meta.url)), '../test/fixtures/tls');

/** The PEM file of the authority that the server's certificate is from. */
export const CA_FILE = join(TLS, 'ca.pem');

/** Starts the service; it answers every request with an empty JSON object. Gives its ports, and `close`. */
export async function startServer() {
  const worker = new Worker(fileURLToPath(import.meta.url));
  const ports = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  return { ...ports, close: () => worker.terminate() };
}

if (!isMainThread) {
  const answer = (_, response) => response.setHeader('Content-Type', 'application/json').end('{}');
  const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
  const http = await listen(createServer(answer));
  const https = await listen(
    createTlsServer({ key: readFileSync(join(TLS, 'good.key')), cert: readFileSync(join(TLS, 'good.pem')) }, answer),
  );
  parentPort.postMessage({ http, https });
}
