import { describe, expect, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { locateState } from '../../src/state/paths.js';

const located = (env: Record<string, string | undefined>) => {
  const paths = locateState(env, '/home/ann');
  if (isDenial(paths)) throw new Error(paths.code);
  return paths;
};

describe('where the operator state is', () => {
  test('OUTLOOP_HOME holds everything flat', () => {
    const paths = located({ OUTLOOP_HOME: '/srv/o/', XDG_CONFIG_HOME: '/elsewhere' });
    expect(paths).toEqual({
      config: '/srv/o',
      state: '/srv/o',
      record: '/srv/o',
      settings: '/srv/o/settings.yaml',
      services: '/srv/o/services',
      tenants: '/srv/o/tenants',
      links: '/srv/o/links.json',
      vault: '/srv/o/vault',
      audit: '/srv/o/audit',
      limits: '/srv/o/limits',
      compiled: '/srv/o/compiled',
      schedules: '/srv/o/schedules',
      firings: '/srv/o/firings',
      ciLinks: '/srv/o/ci.json',
      ciKeys: '/srv/o/ci',
      identity: '/srv/o/state.json',
      place: '/srv/o/place.json',
      tools: '/srv/o/tools.json',
      sessions: '/srv/o/sessions',
      requests: '/srv/o/requests',
      approvals: '/srv/o/approvals',
    });
  });

  test('the XDG variables part configuration from state', () => {
    const paths = located({ XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s', OUTLOOP_HOME: '' });
    expect([paths.config, paths.state, paths.tenants, paths.links]).toEqual([
      '/c/outloop',
      '/s/outloop',
      '/c/outloop/tenants',
      '/s/outloop/links.json',
    ]);
  });

  test.each([{}, { XDG_CONFIG_HOME: 'relative', XDG_STATE_HOME: './x' }, { XDG_CONFIG_HOME: '', XDG_STATE_HOME: '' }])(
    'the passwd home holds it where the XDG variables are unset, empty or relative: %j',
    (env) => {
      const paths = located(env);
      expect([paths.config, paths.state]).toEqual(['/home/ann/.config/outloop', '/home/ann/.local/state/outloop']);
    },
  );

  test('HOME does not matter', () => {
    expect(located({ HOME: '/tmp/evil' }).config).toBe('/home/ann/.config/outloop');
  });

  test.each(['OUTLOOP_HOME', 'OUTLOOP_STATE'])('a relative %s is CONFIG_INVALID', (name) => {
    expect(locateState({ [name]: 'state' }, '/home/ann')).toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test.each([{ OUTLOOP_HOME: '/srv/o' }, {}])('OUTLOOP_STATE takes what a run writes elsewhere, and nothing else: %j', (env) => {
    const paths = located({ ...env, OUTLOOP_STATE: '/var/w/' });
    const plain = located(env);
    expect(paths).toEqual({
      ...plain,
      record: '/var/w',
      audit: '/var/w/audit',
      limits: '/var/w/limits',
      compiled: '/var/w/compiled',
      firings: '/var/w/firings',
      requests: '/var/w/requests',
    });
  });

  test('a user without a home has no state', () => {
    expect(locateState({}, '')).toMatchObject({ code: 'CONFIG_UNAVAILABLE' });
  });
});
