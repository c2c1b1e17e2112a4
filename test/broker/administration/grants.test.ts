import { beforeEach, describe, expect, test } from 'vitest';
import { addGrant, removeGrant, type GrantDraft } from '../../../src/broker/administration/grants.js';
import { addTenant } from '../../../src/broker/administration/tenants.js';
import { setSecret } from '../../../src/broker/administration/secrets.js';
import type { CredentialName, GrantId, TenantName } from '../../../src/model/ids.js';
import { makeWorld, readLog, type MadeWorld } from '../make-world.js';
import { AGENT, OPERATOR, taken, whyRefused } from './operators.js';

const ACME = 'acme' as TenantName;
const DEMO = {
  version: 1,
  service: 'demo',
  title: 'Demo',
  base: 'https://api.example.com',
  slots: { token: { scheme: 'bearer', hosts: ['api.example.com'] } },
  aliases: {
    'demo.items.list': {
      title: 'List',
      effect: 'read',
      params: { owner: { type: 'string' }, page: { type: 'integer' } },
      http: { method: 'GET', path: '/{owner}', query: { page: '{page}' } },
    },
    'demo.state.show': {
      title: 'Show',
      effect: 'read',
      params: { state: { type: 'enum', values: ['open', 'closed'] } },
      http: { method: 'GET', path: '/', query: { state: '{state}' } },
    },
    'demo.state.set': {
      title: 'Set',
      effect: 'write',
      params: { state: { type: 'enum', values: ['open', 'merged'] } },
      http: { method: 'POST', path: '/', body: { state: '{state}' } },
    },
    'demo.items.find': {
      title: 'Find',
      effect: 'read',
      params: { page: { type: 'string' }, deep: { type: 'json' } },
      http: { method: 'POST', path: '/', body: { page: '{page}', deep: '{deep}' } },
    },
  },
};

let made: MadeWorld;
beforeEach(async () => {
  made = makeWorld();
  made.service('demo', DEMO);
  taken(await addTenant(made.world, OPERATOR, ACME));
  const wish = { tenant: ACME, name: 'bot' as CredentialName, backend: null, ref: null, allowShort: false };
  taken(await setSecret(made.world, OPERATOR, wish, Buffer.from('a-value-of-no-use')));
});

const add = (draft: Partial<GrantDraft>, caller = OPERATOR) => addGrant(made.world, caller, ACME, { id: null, pin: {}, ...draft });

describe('a grant', () => {
  test('gets a name from its first pattern, with a number where that is taken', async () => {
    const permit = ['demo.*.list'];
    const ids = [];
    for (const rate of ['1/hour', '2/hour', '3/hour'])
      ids.push(taken(await add({ permit, bind: { token: 'bot' }, limits: { rate } })).grant.id);
    ids.push(taken(await add({ forbid: ['*.*'] })).grant.id, taken(await add({ permit: ['*'], bind: { token: 'bot' } })).grant.id);
    expect(ids).toEqual(['demo-list', 'demo-list-2', 'demo-list-3', 'no-all', 'all']);
    expect(whyRefused(await add({ id: 'demo-list', permit }))).toMatch(/a grant of this id is there already/);
  });

  test('gets a name that is free however the file is spelt', async () => {
    const grants = [{ id: 'demo', forbid: ['demo.items.find'] }];
    const credentials = { bot: { backend: 'embedded', ref: 'acme/bot' } };
    made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', credentials, grants });
    expect(taken(await add({ permit: ['demo.*'], bind: { token: 'bot' } })).grant.id).toBe('demo-2');
  });

  test('is added with a warning where its key goes to several services, or no folder has its project', async () => {
    const other = JSON.parse(JSON.stringify(DEMO).replaceAll('demo', 'shop').replaceAll('api.example.com', 'shop.example.com')) as object;
    made.service('shop', other);
    made.link('acme', 'website');
    const bind = { token: 'bot' };
    const { warnings } = taken(await add({ permit: ['*.list'], bind, projects: ['webiste'] }));
    expect(warnings).toEqual([
      'slot token is one of several services, so credential bot goes to each: demo (api.example.com), shop (shop.example.com); make a grant for each',
      'no folder is linked to acme/webiste yet; did you mean website?',
    ]);
    expect(taken(await add({ permit: ['demo.*'], bind, projects: ['website'] })).warnings).toEqual([]);
  });

  test('that is not there is told with what may be meant', async () => {
    taken(await add({ id: 'shop', permit: ['demo.*'], bind: { token: 'bot' } }));
    const said = whyRefused(await removeGrant(made.world, OPERATOR, ACME, 'shp' as GrantId));
    expect(said).toBe('tenant acme: there is no grant of this id; did you mean shop? → outloop grant list acme');
  });

  test('pins values of the types that its aliases give the parameter', async () => {
    const { grant } = taken(await add({ permit: ['demo.items.list'], bind: { token: 'bot' }, pin: { owner: '12', page: '12' } }));
    expect(grant.pin).toEqual({ owner: '12', page: 12 });
    const deep = taken(await add({ permit: ['demo.items.find'], bind: { token: 'bot' }, pin: { deep: '{"a":[1]}' } }));
    expect(deep.grant.pin).toEqual({ deep: { a: [1] } });
    // What the grant leaves out need not take its pin.
    const closed = { permit: ['demo.state.*'], effects: ['read'], bind: { token: 'bot' }, pin: { state: 'closed' } };
    expect(taken(await add(closed)).grant.pin).toEqual({ state: 'closed' });
  });

  test.each<[string, Partial<GrantDraft>, string]>([
    [
      'pins what no alias has',
      { permit: ['demo.*'], pin: { nothing: 'x' } },
      'no alias that this grant covers has a parameter nothing → outloop aliases --all',
    ],
    ['pins what is misspelt', { permit: ['demo.items.list'], pin: { ownr: 'x' } }, 'has a parameter ownr; did you mean owner?'],
    ['binds a slot that no alias has', { permit: ['demo.*'], bind: { key: 'bot' } }, 'has a slot key → outloop service show demo'],
    [
      'binds a misspelt slot',
      { permit: ['demo.*'], bind: { tokn: 'bot' } },
      'no alias that this grant covers has a slot tokn; did you mean token?',
    ],
    [
      'is over already',
      { permit: ['demo.*'], expires: '2026-11-23T10:00:00Z' },
      'a grant that expires at 2026-11-23T10:00:00.000Z is over already',
    ],
    ['pins what has two types', { permit: ['demo.*'], pin: { page: '1' } }, 'parameter page has several types among these aliases'],
    [
      'pins a text to a number',
      { permit: ['demo.items.list'], pin: { page: 'x' } },
      'no run of demo.items.list can have the pin of parameter page: it must be an integer in plain decimal digits',
    ],
    ['pins a fraction to an integer', { permit: ['demo.items.list'], pin: { page: '1.5' } }, 'page: it must be an integer in plain'],
    [
      'pins a number that would change',
      { permit: ['demo.items.list'], pin: { page: '9007199254740993' } },
      'page: it is a number that cannot be kept exactly',
    ],
    ['pins a number too large', { permit: ['demo.items.find'], pin: { deep: '{"a":[1e400]}' } }, 'parameter deep: it holds a number'],
    ['pins a number without end', { permit: ['demo.items.list'], pin: { page: '-1e400' } }, 'page: it must be an integer'],
    ['pins what its place refuses', { permit: ['demo.items.list'], pin: { owner: '..' } }, 'the pin of parameter owner: '],
    ['pins what is not listed', { permit: ['demo.state.show'], pin: { state: 'nonsense' } }, 'state: it must be one of open, closed'],
    ['pins what one alias refuses', { permit: ['demo.state.*'], pin: { state: 'closed' } }, 'no run of demo.state.set can have the pin'],
    [
      'binds what is not there',
      { permit: ['demo.*'], bind: { token: 'lost' } },
      'tenant acme has no credential lost → outloop secret set acme/lost',
    ],
    ['has an impossible rate', { permit: ['demo.*'], limits: { rate: '0/hour' } }, 'tenants/acme.yaml would not be valid'],
    ['names nothing', { permit: ['DEMO'] }, 'tenants/acme.yaml would not be valid'],
  ])('is refused where it %s, and the file stays as it was', async (_, draft, why) => {
    const before = readLog(made.state).length;
    expect(whyRefused(await add(draft))).toContain(why);
    expect(
      readLog(made.state)
        .slice(before)
        .map(({ code }) => code),
    ).toEqual([undefined, 'FAILED']);
    expect(taken(await add({ permit: ['demo.*'], bind: { token: 'bot' } })).grant.id).toBe('demo');
  });

  test('that says what another says is refused, unless it is named', async () => {
    const draft = { permit: ['demo.*'], bind: { token: 'bot' }, principals: ['agent'], expires: '2027-03-01' };
    taken(await add(draft));
    expect(whyRefused(await add(draft))).toBe('grant demo says the same → outloop grant list acme');
    expect(taken(await add({ ...draft, id: 'second' })).grant.id).toBe('second');
    expect(taken(await add({ ...draft, principals: ['ci'] })).grant.id).toBe('demo-2');
  });

  describe('that binds a slot otherwise than another', () => {
    const permit = ['demo.items.list'];
    const other = { backend: null, ref: null, allowShort: false, tenant: ACME, name: 'other' as CredentialName };
    beforeEach(async () => void taken(await setSecret(made.world, OPERATOR, other, Buffer.from('another-value-of-no-use'))));
    const addBoth = async (first: Partial<GrantDraft>, second: Partial<GrantDraft>) => {
      taken(await add({ permit: ['demo.*'], bind: { token: 'bot' }, id: 'first', ...first }));
      return add({ permit, bind: { token: 'other' }, ...second });
    };
    const mornings = { days: ['mon'], hours: '08:00-12:00', timezone: 'UTC' } as const;
    const evenings = { ...mornings, hours: '18:00-20:00' };

    test.each<[string, Partial<GrantDraft>, Partial<GrantDraft>]>([
      ['everywhere', {}, {}],
      ['in a project that both name', { projects: ['web', 'shop'] }, { projects: ['shop'] }],
      ['in a project of all', {}, { projects: ['shop'] }],
      ['for a caller that both name', { principals: ['agent'] }, { principals: ['ci', 'agent:claude'] }],
      ['with the same pin', { permit, pin: { owner: 'a' } }, { pin: { owner: 'a' } }],
      ['with a pin of its own', {}, { pin: { owner: 'a' } }],
      ['at the same times', { window: mornings }, { window: mornings }],
      ['at times that the other does not limit', {}, { window: evenings }],
      ['in sessions alone', {}, { requireSession: true }],
    ])('is added with a warning where both may permit a run: %s', async (_, first, second) => {
      made.link('acme', 'web');
      made.link('acme', 'shop');
      expect(taken(await addBoth(first, second)).warnings).toContain(
        'grant first binds slot token to credential bot, so a run of demo.items.list that both permit is denied',
      );
    });

    test.each<[string, Partial<GrantDraft>, Partial<GrantDraft>]>([
      ['another alias', { permit: ['demo.state.*'] }, {}],
      ['another effect', { effects: ['write'] }, { effects: ['read'] }],
      ['another project', { projects: ['web'] }, { projects: ['shop'] }],
      ['another caller', { principals: ['agent:claude'] }, { principals: ['agent:codex', 'human'] }],
      ['another value of a parameter', { permit, pin: { owner: 'a' } }, { pin: { owner: 'b' } }],
      ['another window', { window: mornings }, { window: evenings }],
    ])('is added where it is for %s', async (_, first, second) => {
      made.link('acme', 'shop');
      expect(taken(await addBoth(first, second)).warnings).toEqual([]);
    });

    test('is added where the other is over, or nobody may run what both permit', async () => {
      const credentials = Object.fromEntries(['bot', 'other'].map((name) => [name, { backend: 'embedded', ref: `acme/${name}` }]));
      const over = { id: 'over', permit, bind: { token: 'bot' }, expires: '2026-01-01T00:00:00Z' };
      made.tenant('acme', { version: 1, tenant: 'acme', status: 'active', credentials, grants: [over] });
      expect(taken(await add({ permit, bind: { token: 'other' } })).warnings).toEqual([]);
      taken(await add({ forbid: permit, id: 'never' }));
      expect(taken(await add({ permit, bind: { token: 'bot' }, id: 'third' })).warnings).toEqual([]);
    });
  });

  test('warns of no slot that another grant binds for the same runs', async () => {
    const bound = { permit: ['demo.*'], bind: { token: 'bot' }, projects: ['website'] };
    made.link('acme', 'website');
    taken(await add(bound));
    expect(taken(await add({ permit: ['demo.items.list'], projects: ['website'], args: true })).warnings).toEqual([]);
    expect(taken(await add({ permit: ['demo.items.list'], principals: ['ci'] })).warnings).toEqual([]);
    expect(taken(await add({ permit: ['demo.items.list'], projects: ['shop'] })).warnings).toEqual([
      'slot token is bound to no credential: add --bind token=NAME',
      'no folder is linked to acme/shop yet',
    ]);
  });

  test('warns of what the operator may not have meant', async () => {
    expect(taken(await add({ permit: ['demo.items.list'] })).warnings).toEqual([
      'slot token is bound to no credential: add --bind token=NAME',
    ]);
    expect(taken(await add({ permit: ['other.*'], bind: { token: 'bot' } })).warnings).toEqual(['no alias matches it yet']);
    expect(taken(await add({ permit: ['demo.*'], bind: { token: 'bot' }, pin: { owner: 'x' } })).warnings).toEqual([
      expect.stringMatching(/^not permitted, since it has no parameter owner, which is pinned: demo\./),
    ]);
    expect(taken(await add({ forbid: ['demo.*'] })).warnings).toEqual([]);
  });

  test('is taken away by its id, and by an operator alone', async () => {
    const { grant } = taken(await add({ permit: ['demo.*'], bind: { token: 'bot' } }));
    expect(whyRefused(await removeGrant(made.world, AGENT, ACME, grant.id))).toMatch(/is an agent/);
    expect(taken(await removeGrant(made.world, OPERATOR, ACME, grant.id))).toEqual({ removed: 'demo' });
    expect(whyRefused(await removeGrant(made.world, OPERATOR, ACME, 'demo' as GrantId))).toMatch(/there is no grant of this id/);
  });
});
