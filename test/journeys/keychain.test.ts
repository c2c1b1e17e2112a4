import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSecretService, whyNoSecretService, type SecretService } from '../credential/keychain/secret-service.js';
import { KEY, makeDemo } from '../helpers/demo.js';
import type { Home } from '../helpers/outloop.js';

const skip = whyNoSecretService();

describe.skipIf(skip !== null)(`a keychain${skip === null ? '' : ` (${skip})`}`, () => {
  let home: Home;
  let service: SecretService;
  beforeAll(async () => {
    service = await startSecretService();
    home = await makeDemo({
      permit: '[demo.use]',
      aliases: `  held.use: { title: With a held key, effect: read, command: { argv: [TOOL, print], credentials: { KEY: token } } }\n`,
      credentials: '  held: { backend: keychain, ref: acme/held }\n',
      grants: '  - { id: held, permit: [held.use], bind: { token: held } }\n',
    });
    await home.setUp(['secret', 'set', 'acme/held', '--yes'], { env: service.env, input: KEY });
  });
  afterAll(() => {
    service.stop();
    home.remove();
  });
  const run = async () => {
    const before = Date.now();
    const ended = await home.outloop(['run', 'held.use', '--json'], { cwd: home.path('acme'), env: service.env });
    return { ...ended, record: JSON.parse(ended.stdout), tookMs: Date.now() - before };
  };

  test('that is open gives its key to a run', async () => {
    const { record, stdout } = await run();
    expect(record).toMatchObject({ code: 'OK', backend_called: true, stdout: expect.stringContaining('[redacted:held]') });
    expect(stdout).not.toContain(KEY);
  });

  test('that is locked is BACKEND_LOCKED at once, on record, and nothing was run', async () => {
    service.lock();
    const { exit, record, stderr, tookMs } = await run();
    expect({ exit, ...record }).toMatchObject({ exit: 113, code: 'BACKEND_LOCKED', retryable: false, child_exit: null });
    expect(stderr).toMatch(/^outloop: denied BACKEND_LOCKED \(113\) run=\w{26}: .+\. Next: .+\.\n$/);
    expect(tookMs).toBeLessThan(10_000);
    expect(await home.setUp(['audit', 'show', record.run])).toContain('BACKEND_LOCKED');
    expect(JSON.parse((await home.attempt(['doctor', '--json'], { env: service.env })).stdout).findings).toContainEqual(
      expect.objectContaining({ about: 'backend', text: expect.stringContaining('locked') }),
    );
  });
});
