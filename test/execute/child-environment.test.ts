import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildEnvironment } from '../../src/execute/child-environment.js';
import type { CommandJob } from '../../src/execute/command-job.js';
import { Secret } from '../../src/model/secret.js';
import { makeCommand } from './make-command.js';

const build = (more: Parameters<typeof makeCommand>[2]): ReturnType<typeof buildEnvironment> =>
  buildEnvironment(makeCommand('act', [], more));
const holding = (value: string | Uint8Array): CommandJob['credentials'] => [
  { variable: 'API_KEY', secret: new Secret('bot', Buffer.from(value as string)) },
];

describe('a child’s environment', () => {
  test('is what outloop gives and nothing else', () => {
    const job = makeCommand('act');
    const { home, tmp, run } = job.place;
    expect(buildEnvironment(job)).toEqual({
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
      HOME: home,
      TMPDIR: tmp,
      XDG_CONFIG_HOME: `${home}/.config`,
      XDG_CACHE_HOME: `${home}/.cache`,
      XDG_DATA_HOME: `${home}/.local/share`,
      XDG_STATE_HOME: `${home}/.local/state`,
      XDG_RUNTIME_DIR: run,
    });
  });

  test('takes language, terminal and time zone from the caller where they are plain', () => {
    expect(build({ ambient: { LANG: 'de_DE.UTF-8', TERM: 'xterm-256color', TZ: 'Europe/London' } })).toMatchObject({
      LANG: 'de_DE.UTF-8',
      TERM: 'xterm-256color',
      TZ: 'Europe/London',
    });
  });

  test.each([
    { LANG: 'ca_ES.UTF-8@valencia', TZ: 'EST5EDT,M3.2.0,M11.1.0/2:00' },
    { LANG: 'C', TZ: 'America/Argentina/Buenos_Aires' },
    { LANG: 'POSIX', TZ: 'Etc/GMT+5' },
  ])('takes every usual spelling: %o', (ambient) => {
    expect(build({ ambient })).toMatchObject(ambient);
  });

  test.each([
    ['a path that leads elsewhere', { TZ: 'Europe/../../../../tmp/evil' }],
    ['the path of a zone’s file', { TZ: '/tmp/evil' }],
    ['such a path as tzset(3) marks it', { TZ: ':/tmp/evil' }],
    ['a locale’s name with a folder in it', { LANG: '/tmp/evil' }],
    ['a locale’s name that climbs', { LANG: 'x/../../tmp' }],
    ['a terminal’s name with a folder in it', { TERM: '/tmp/evil' }],
    ['a control sequence', { TERM: 'xterm\u001b[2J' }],
    ['a long value', { LANG: 'x'.repeat(65) }],
    ['an empty value', { TERM: '' }],
    ['another variable', { LD_PRELOAD: '/tmp/x.so', NODE_OPTIONS: '--require x', PATH: '/tmp' }],
  ])('does not take %s', (_, ambient: Record<string, string>) => {
    const env = build({ ambient });
    expect(env).toMatchObject({ PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' });
    for (const name of Object.keys(ambient)) if (name !== 'PATH' && name !== 'LANG') expect(env).not.toHaveProperty(name);
  });

  test('holds what the alias declares, and a credential under its variable', () => {
    expect(build({ command: { env: [['GH_PROMPT_DISABLED', '1']] }, credentials: holding('s3cret-value') })).toMatchObject({
      GH_PROMPT_DISABLED: '1',
      API_KEY: 's3cret-value',
    });
  });

  test('holds the path of a 0600 file in the private directory where delivery is by file', () => {
    const job = makeCommand('act', [], { delivery: 'file', credentials: holding(Uint8Array.of(0, 255, 10)) });
    const env = buildEnvironment(job);
    const path = `${job.place.directory}/credential-API_KEY`;
    expect(env).toMatchObject({ API_KEY: path });
    expect([...readFileSync(path)]).toEqual([0, 255, 10]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['that is not UTF-8', Uint8Array.of(0xc3, 0x28, 65, 66, 67, 68, 69, 70)],
    ['with a NUL in it', Buffer.from('a\0bcdefgh')],
  ])('cannot hold a value %s, which is refused rather than changed', (_, value) => {
    expect(build({ credentials: holding(value) })).toMatchObject({ code: 'SECRET_UNUSABLE', facts: { credential: 'bot' } });
  });
});
