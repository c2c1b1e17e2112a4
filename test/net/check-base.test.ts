import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkBase } from '../../src/net/check-base.js';
import { makeService } from '../fixtures/http/make-job.js';
import { readTlsFixture } from '../fixtures/tls-files.js';
import { temporaryHome } from '../helpers/temporary-home.js';

const uid = process.getuid?.() ?? null;

describe('a service’s base before anything is contacted', () => {
  it.each([
    ['https://api.github.com', []],
    ['https://api.github.com/v3', []],
    ['https://10.1.2.3:8443', ['10.0.0.0/8']],
    ['https://localhost:8443', ['127.0.0.0/8']],
    ['https://127.0.0.1', ['127.0.0.1/32']],
    ['https://[::1]', ['::1/128']],
    ['https://1.1.1.1', []],
    ['http://localhost:8080', []],
    ['http://app.localhost', []],
    ['http://localhost.', []],
    ['http://127.0.0.1:8080', []],
    ['http://127.9.9.9', []],
    ['http://[::1]:8080', []],
    ['http://[::ffff:7f00:1]', []],
  ])('%s with networks %j passes', (base, networks) => {
    expect(checkBase({ service: makeService({ base, networks }), alias: 'a.b', uid })).toBeNull();
  });

  it.each([
    ['http://[64:ff9b::7f00:1]', [], '64:ff9b::7f00:1'],
    ['http://[64:ff9b::7f00:1]', ['64:ff9b::/96'], '64:ff9b::7f00:1'],
    ['https://127.0.0.1', [], '127.0.0.1'],
    ['https://0x7f.1', [], '127.0.0.1'],
    ['https://2130706433', [], '127.0.0.1'],
    ['https://0177.0.0.1', [], '127.0.0.1'],
    ['https://127.1', [], '127.0.0.1'],
    ['https://127.0.0.1.', [], '127.0.0.1'],
    ['https://１２７.0.0.1', [], '127.0.0.1'],
    ['https://[::ffff:127.0.0.1]', [], '::ffff:7f00:1'],
    ['https://[::1]', [], '::1'],
    ['https://0', ['0.0.0.0/0'], '0.0.0.0'],
    ['https://169.254.169.254', ['10.0.0.0/8'], '169.254.169.254'],
    ['https://[fd00:ec2::254]', [], 'fd00:ec2::254'],
    ['https://10.1.2.3', ['10.2.0.0/16'], '10.1.2.3'],
    ['https://localhost', [], 'localhost'],
    ['https://LOCALHOST', [], 'localhost'],
    ['https://localhost.', ['10.0.0.0/8'], 'localhost'],
    ['https://x.localhost', [], 'x.localhost'],
    ['http://api.github.com', [], 'api.github.com'],
    ['http://1.1.1.1', [], '1.1.1.1'],
    ['http://10.1.2.3', ['10.0.0.0/8'], '10.1.2.3'],
    ['http://0.0.0.0', ['0.0.0.0/0'], '0.0.0.0'],
    ['http://localhost.evil.example', [], 'localhost.evil.example'],
    ['https://user@api.github.com', [], 'tool'],
    ['ftp://api.github.com', [], 'tool'],
    ['not a url', [], 'tool'],
  ])('%s with networks %j is DESTINATION_NOT_ALLOWED', (base, networks, host) => {
    expect(checkBase({ service: makeService({ base, networks }), alias: 'a.b', uid })).toMatchObject({
      code: 'DESTINATION_NOT_ALLOWED',
      facts: { alias: 'a.b', host },
    });
  });

  it.each([
    ['https://10.1.2.3', [], 'the service’s networks do not list it'],
    ['https://localhost', ['10.0.0.0/8'], 'the service’s networks list neither 127.0.0.1 nor ::1'],
    ['https://0.0.0.0', ['0.0.0.0/0'], 'no service lives at such an address'],
    ['https://[ff02::1]', [], 'no service lives at such an address'],
    ['http://10.1.2.3', ['10.0.0.0/8'], 'plain http is for loopback only'],
    ['not a url', [], 'its address cannot be read'],
  ])('%s with networks %j is denied, since %s', (base, networks, detail) => {
    expect(checkBase({ service: makeService({ base, networks }), alias: 'a.b', uid })).toMatchObject({ facts: { detail } });
  });

  it('a service of commands alone passes', () => {
    expect(checkBase({ service: makeService({ base: null }), alias: 'a.b', uid })).toBeNull();
  });
});

describe('a service’s own roots', () => {
  let folder = '';
  beforeEach(() => {
    folder = temporaryHome();
  });

  const check = (ca: string): unknown => checkBase({ service: makeService({ base: 'https://api.example.com', ca }), alias: 'a.b', uid });
  const put = (text: string, mode = 0o600): string => {
    const path = join(folder, 'ca.pem');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };

  it('a file of certificates passes, one or several, with words between them', () => {
    const pem = readTlsFixture('ca.pem');
    expect(check(put(pem))).toBeNull();
    expect(check(put(`Our roots\n${pem}\nand\n${readTlsFixture('other-ca.pem')}`))).toBeNull();
  });

  it.each([
    ['nothing', '', 0o600],
    ['no certificate', 'hello', 0o600],
    ['a private key alone', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', 0o600],
    ['a damaged certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 0o600],
    ['a certificate without its end', readTlsFixture('ca.pem').slice(0, 200), 0o600],
    ['a good and a cut one', readTlsFixture('ca.pem') + readTlsFixture('ca.pem').slice(0, 200), 0o600],
    ['more than 1 MiB', `${readTlsFixture('ca.pem')}${' '.repeat(1_048_576)}`, 0o600],
    ['what the group may change', readTlsFixture('ca.pem'), 0o660],
    ['what everyone may change', readTlsFixture('ca.pem'), 0o602],
  ])('a file with %s is CONFIG_INVALID', (_what, text, mode) => {
    expect(check(put(text, mode))).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('a file that is absent, or a folder, or another user’s, is CONFIG_INVALID', () => {
    expect(check(join(folder, 'none.pem'))).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(check(folder)).toMatchObject({ code: 'CONFIG_INVALID' });
    const service = makeService({ base: 'https://api.example.com', ca: put(readTlsFixture('ca.pem')) });
    const strangers = checkBase({ service, alias: 'a.b', uid: (uid ?? 0) + 1 });
    // Root's files are everyone's; as root there is no stranger's file to be had here.
    if (uid === 0) expect(strangers).toBeNull();
    else expect(strangers).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
