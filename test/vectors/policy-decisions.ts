import type { DenialCode } from '../../src/denial/catalogue.js';
import { fakeWindow } from '../policy/make-question.js';
import type { QuestionRow } from '../policy/make-question.js';

/** What a row's question must be answered: a permit by these grants, or a code with these facts. */
export type Expected =
  | {
      readonly grants: readonly string[];
      readonly bind?: object;
      readonly params?: object;
      readonly workspace?: boolean;
      readonly args?: boolean;
      readonly approve?: 'once' | 'always-ask' | null;
    }
  | {
      readonly code: DenialCode;
      readonly facts?: object;
      readonly retryAfterMs?: number | null;
      readonly grants?: readonly string[];
      /** Whether a person may be asked instead. */
      readonly ungranted?: boolean;
    };

export type DecisionRow = readonly [title: string, question: QuestionRow, expected: Expected];

const ALL = { id: 'all', permit: ['github.*'] };
const LATER = 2_000_000;

export const DECISIONS: readonly DecisionRow[] = [
  [
    'without a grant, everything is denied',
    { grants: [] },
    { code: 'ALIAS_NOT_ALLOWED', facts: { alias: 'github.issues.list' }, grants: [] },
  ],
  ['a grant for other aliases permits nothing', { grants: [{ id: 'a', permit: ['stripe.*'] }] }, { code: 'ALIAS_NOT_ALLOWED', grants: [] }],
  ['a permit with no patterns permits nothing', { grants: [{ id: 'a', permit: [] }] }, { code: 'ALIAS_NOT_ALLOWED' }],
  ['a permit by pattern permits', { grants: [ALL] }, { grants: ['all'] }],
  ['a permit by name permits', { grants: [{ id: 'a', permit: ['github.issues.list'] }] }, { grants: ['a'] }],
  [
    'a pattern is anchored at both ends',
    { grants: [{ id: 'a', permit: ['github.issues', 'issues.list'] }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  ['all permits that apply determine', { grants: [ALL, { id: 'b', permit: ['*.list'] }] }, { grants: ['all', 'b'] }],
  ['a revoked tenant permits nothing', { status: 'revoked', grants: [ALL] }, { code: 'TENANT_REVOKED', facts: { tenant: 'acme' } }],

  [
    'a forbid beats every permit',
    { grants: [ALL, { id: 'no', forbid: ['*.list'] }, ALL] },
    { code: 'ALIAS_NOT_ALLOWED', facts: { alias: 'github.issues.list', detail: 'grant no forbids it' }, grants: ['no'] },
  ],
  [
    'a forbid that stands first beats a later permit',
    { grants: [{ id: 'no', forbid: ['*'] }, ALL] },
    { code: 'ALIAS_NOT_ALLOWED', grants: ['no'] },
  ],
  ['a forbid for other aliases does not bear', { grants: [ALL, { id: 'no', forbid: ['*.delete'] }] }, { grants: ['all'] }],
  ['a forbid for another project does not bear', { grants: [ALL, { id: 'no', forbid: ['*'], projects: ['shop'] }] }, { grants: ['all'] }],
  ['a forbid for this project bears', { grants: [ALL, { id: 'no', forbid: ['*'], projects: ['website'] }] }, { code: 'ALIAS_NOT_ALLOWED' }],
  [
    'a forbid for another kind of caller does not bear',
    { grants: [ALL, { id: 'no', forbid: ['*'], principals: ['ci'] }] },
    { grants: ['all'] },
  ],
  [
    'a forbid for this caller bears',
    { grants: [ALL, { id: 'no', forbid: ['*'], principals: ['agent:claude'] }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  [
    'a forbid for another effect does not bear',
    { grants: [ALL, { id: 'no', forbid: ['*'], effects: ['destructive'] }] },
    { grants: ['all'] },
  ],
  [
    'a forbid for this effect bears',
    { effect: 'destructive', grants: [ALL, { id: 'no', forbid: ['*'], effects: ['destructive'] }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  [
    'a forbid that has expired does not bear',
    { nowMs: LATER, grants: [ALL, { id: 'no', forbid: ['*'], expiresMs: LATER }] },
    { grants: ['all'] },
  ],
  [
    'a forbid bears until it expires',
    { nowMs: LATER - 1, grants: [ALL, { id: 'no', forbid: ['*'], expiresMs: LATER }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  [
    'a forbid with a window bears inside it',
    { grants: [ALL, { id: 'no', forbid: ['*'], window: fakeWindow(true) }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  [
    'a forbid with a window does not bear outside it',
    { grants: [ALL, { id: 'no', forbid: ['*'], window: fakeWindow(false) }] },
    { grants: ['all'] },
  ],
  [
    'a forbid is told before a pin that failed',
    {
      given: { owner: 'x' },
      grants: [
        { ...ALL, pin: { owner: 'y' } },
        { id: 'no', forbid: ['*'] },
      ],
    },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],

  [
    'a permit for another project does not apply',
    { grants: [{ ...ALL, projects: ['shop'] }] },
    { code: 'ALIAS_NOT_ALLOWED', facts: { alias: 'github.issues.list', detail: 'grant all is for other projects' }, grants: ['all'] },
  ],
  ['a permit for this project applies', { grants: [{ ...ALL, projects: ['shop', 'website'] }] }, { grants: ['all'] }],
  ['a permit for no project applies nowhere', { grants: [{ ...ALL, projects: [] }] }, { code: 'ALIAS_NOT_ALLOWED' }],
  [
    'a permit for another kind of caller does not apply',
    { grants: [{ ...ALL, principals: ['human', 'ci'] }] },
    { code: 'ALIAS_NOT_ALLOWED', facts: { alias: 'github.issues.list', detail: 'grant all is for other callers' } },
  ],
  ['a permit for every agent applies to one', { grants: [{ ...ALL, principals: ['agent'] }] }, { grants: ['all'] }],
  ['a permit for one agent applies to it', { grants: [{ ...ALL, principals: ['agent:claude'] }] }, { grants: ['all'] }],
  [
    'a permit for one agent does not apply to another',
    { grants: [{ ...ALL, principals: ['agent:codex'] }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  ['a name alone names no principal', { grants: [{ ...ALL, principals: ['claude', 'agent:', 'agent:*'] }] }, { code: 'ALIAS_NOT_ALLOWED' }],
  [
    'a schedule of an agent’s name is not the agent',
    { principal: 'schedule:claude', grants: [{ ...ALL, principals: ['agent:claude'] }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  [
    'a permit for another effect does not apply',
    { effect: 'write', grants: [{ ...ALL, effects: ['read'] }] },
    { code: 'ALIAS_NOT_ALLOWED', facts: { alias: 'github.issues.list', detail: 'grant all is for other effects' } },
  ],
  [
    'a permit that has expired does not apply',
    { nowMs: LATER, grants: [{ ...ALL, expiresMs: LATER }] },
    { code: 'ALIAS_NOT_ALLOWED', facts: { alias: 'github.issues.list', detail: 'grant all has expired' } },
  ],
  ['a permit applies until it expires', { nowMs: LATER - 1, grants: [{ ...ALL, expiresMs: LATER }] }, { grants: ['all'] }],
  [
    'of permits that do not apply, the one that misses least says why',
    {
      grants: [
        { ...ALL, id: 'far', projects: ['x'], effects: ['write'] },
        { ...ALL, id: 'near', effects: ['write'] },
      ],
    },
    { code: 'ALIAS_NOT_ALLOWED', facts: { alias: 'github.issues.list', detail: 'grant near is for other effects' }, grants: ['near'] },
  ],

  [
    'a pinned parameter that is left out takes the pin’s value',
    { given: { repo: 'site' }, grants: [{ ...ALL, pin: { owner: 'acme' } }] },
    { grants: ['all'], params: { repo: 'site', owner: 'acme' } },
  ],
  [
    'a pinned parameter may be given its value',
    { given: { owner: 'acme' }, grants: [{ ...ALL, pin: { owner: 'acme' } }] },
    { grants: ['all'], params: { owner: 'acme' } },
  ],
  [
    'a pinned parameter with another value is PIN_MISMATCH',
    { given: { owner: 'evil' }, grants: [{ ...ALL, pin: { owner: 'acme' } }] },
    { code: 'PIN_MISMATCH', facts: { param: 'owner', tenant: 'acme' }, grants: ['all'] },
  ],
  ['a number is not its text', { given: { owner: '1' }, grants: [{ ...ALL, pin: { owner: 1 } }] }, { code: 'PIN_MISMATCH' }],
  ['null is a value like another', { given: { owner: null }, grants: [{ ...ALL, pin: { owner: 'acme' } }] }, { code: 'PIN_MISMATCH' }],
  [
    'a pin of null takes null',
    { given: { owner: null }, grants: [{ ...ALL, pin: { owner: null } }] },
    { grants: ['all'], params: { owner: null } },
  ],
  [
    'the order of an object’s keys does not matter to a pin',
    { given: { owner: { a: 1, b: [2] } }, grants: [{ ...ALL, pin: { owner: { b: [2], a: 1 } } }] },
    { grants: ['all'] },
  ],
  [
    'a given object with one field more is another value',
    { given: { owner: { a: 1, b: 2 } }, grants: [{ ...ALL, pin: { owner: { a: 1 } } }] },
    { code: 'PIN_MISMATCH' },
  ],
  [
    'a permit does not cover an alias without a parameter that it pins',
    { params: ['repo'], grants: [{ ...ALL, pin: { owner: 'acme' } }] },
    {
      code: 'ALIAS_NOT_ALLOWED',
      facts: { alias: 'github.issues.list', detail: 'grant all pins a parameter that this alias does not have' },
    },
  ],
  [
    'a parameter that every object inherits is not one of the alias',
    { grants: [{ ...ALL, pin: { constructor: 'x' } }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  [
    'another permit without the pin permits the other value',
    {
      given: { owner: 'evil' },
      grants: [
        { ...ALL, pin: { owner: 'acme' } },
        { id: 'b', permit: ['github.*'] },
      ],
    },
    { grants: ['b'], params: { owner: 'evil' } },
  ],
  [
    'two pins of one value agree',
    {
      grants: [
        { ...ALL, pin: { owner: 'acme' } },
        { id: 'b', permit: ['*'], pin: { owner: 'acme', state: 'open' } },
      ],
    },
    { grants: ['all', 'b'], params: { owner: 'acme', state: 'open' } },
  ],
  [
    'two pins of different values make the parameter one that must be given',
    {
      grants: [
        { ...ALL, pin: { owner: 'a' } },
        { id: 'b', permit: ['*'], pin: { owner: 'b' } },
      ],
    },
    { code: 'PARAM_INVALID', facts: { param: 'owner', detail: 'several grants pin it to different values, so it must be given' } },
  ],
  [
    'a given value chooses between two pins',
    {
      given: { owner: 'b' },
      grants: [
        { ...ALL, pin: { owner: 'a' } },
        { id: 'b', permit: ['*'], pin: { owner: 'b' } },
      ],
    },
    { grants: ['b'] },
  ],
  [
    'a pin and another project are not PIN_MISMATCH',
    { given: { owner: 'x' }, grants: [{ ...ALL, pin: { owner: 'a' }, projects: ['shop'] }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  [
    'a pin and a window that both fail are neither alone',
    { given: { owner: 'x' }, grants: [{ ...ALL, pin: { owner: 'a' }, window: fakeWindow(false, 5) }] },
    {
      code: 'ALIAS_NOT_ALLOWED',
      facts: { alias: 'github.issues.list', detail: 'grant all pins a parameter to another value and is for other times' },
    },
  ],
  [
    'a pin that failed is told before a window that is shut',
    {
      given: { owner: 'x' },
      grants: [
        { ...ALL, window: fakeWindow(false, 5) },
        { ...ALL, id: 'b', pin: { owner: 'a' } },
      ],
    },
    { code: 'PIN_MISMATCH', grants: ['b'] },
  ],

  ['inside its window a permit applies', { grants: [{ ...ALL, window: fakeWindow(true) }] }, { grants: ['all'] }],
  [
    'outside its window a permit says when it opens',
    { grants: [{ ...ALL, window: fakeWindow(false, 5) }] },
    { code: 'OUTSIDE_WINDOW', facts: { alias: 'github.issues.list' }, retryAfterMs: 300_000, grants: ['all'] },
  ],
  [
    'the nearest opening counts',
    {
      grants: [
        { ...ALL, window: fakeWindow(false, 9) },
        { ...ALL, id: 'b', window: fakeWindow(false, 3) },
        { ...ALL, id: 'c', window: fakeWindow(false) },
      ],
    },
    { code: 'OUTSIDE_WINDOW', retryAfterMs: 180_000 },
  ],
  [
    'a window that never opens gives no time to wait',
    { grants: [{ ...ALL, window: fakeWindow(false) }] },
    { code: 'OUTSIDE_WINDOW', retryAfterMs: null },
  ],
  [
    'a window that opens after the grant has ended gives no time to wait',
    { grants: [{ ...ALL, window: fakeWindow(false, 5), expiresMs: 1_300_000 }] },
    { code: 'OUTSIDE_WINDOW', retryAfterMs: null },
  ],

  [
    'a slot is bound to the grant’s credential',
    { slots: { token: 'bearer' }, grants: [{ ...ALL, bind: { token: 'bot' } }] },
    { grants: ['all'], bind: { token: 'bot' } },
  ],
  ['a slot of the scheme none needs no credential', { slots: { open: 'none' }, grants: [ALL] }, { grants: ['all'], bind: {} }],
  [
    'a binding that the alias does not need is passed over',
    { grants: [{ ...ALL, bind: { other: 'bot' } }] },
    { grants: ['all'], bind: {} },
  ],
  ['a slot left unbound is CONFIG_INVALID', { slots: { token: 'bearer' }, grants: [ALL] }, { code: 'CONFIG_INVALID', grants: ['all'] }],
  ['a slot that every object inherits is unbound', { slots: { constructor: 'bearer' }, grants: [ALL] }, { code: 'CONFIG_INVALID' }],
  [
    'a slot bound to different credentials is CONFIG_INVALID',
    {
      slots: { token: 'bearer' },
      grants: [
        { ...ALL, bind: { token: 'bot' } },
        { id: 'b', permit: ['*'], bind: { token: 'admin' } },
      ],
    },
    { code: 'CONFIG_INVALID', grants: ['all', 'b'] },
  ],
  [
    'a slot bound twice to one credential is bound',
    {
      slots: { token: 'bearer' },
      grants: [
        { ...ALL, bind: { token: 'bot' } },
        { id: 'b', permit: ['*'], bind: { token: 'bot' } },
      ],
    },
    { grants: ['all', 'b'], bind: { token: 'bot' } },
  ],
  [
    'one permit may bind what another leaves unbound',
    { slots: { token: 'bearer' }, grants: [ALL, { id: 'b', permit: ['*'], bind: { token: 'bot' } }] },
    { grants: ['all', 'b'], bind: { token: 'bot' } },
  ],
  [
    'a permit that does not apply binds nothing',
    { slots: { token: 'bearer' }, grants: [ALL, { id: 'b', permit: ['*'], bind: { token: 'bot' }, projects: ['shop'] }] },
    { code: 'CONFIG_INVALID' },
  ],
  [
    'a credential that the tenant does not have is CONFIG_INVALID',
    { slots: { token: 'bearer' }, credentials: [], grants: [{ ...ALL, bind: { token: 'bot' } }] },
    { code: 'CONFIG_INVALID' },
  ],
  [
    'a credential that every object inherits is not the tenant’s',
    { slots: { token: 'bearer' }, grants: [{ ...ALL, bind: { token: 'constructor' } }] },
    { code: 'CONFIG_INVALID' },
  ],
  [
    'a command needs every slot that it takes',
    { command: { A: 'one', B: 'two' }, grants: [{ ...ALL, bind: { one: 'bot' } }] },
    { code: 'CONFIG_INVALID' },
  ],
  [
    'a command’s slots may share a credential',
    { command: { A: 'one', B: 'two', C: 'one' }, grants: [{ ...ALL, bind: { one: 'bot', two: 'bot' } }] },
    { grants: ['all'], bind: { one: 'bot', two: 'bot' } },
  ],

  [
    'a command works in the linked folder where the grant says workspace',
    { command: {}, cwd: 'workspace', grants: [{ ...ALL, workspace: true }] },
    { grants: ['all'], workspace: true },
  ],
  [
    'a command does not work in the linked folder where no grant says workspace',
    { command: {}, cwd: 'workspace', grants: [ALL] },
    { code: 'ALIAS_NOT_ALLOWED', grants: ['all'] },
  ],
  [
    'one of several permits may say workspace',
    { command: {}, cwd: 'workspace', grants: [ALL, { id: 'b', permit: ['*'], workspace: true }] },
    { grants: ['all', 'b'], workspace: true },
  ],
  ['extra arguments need a grant that says args', { command: {}, extraCount: 1, grants: [ALL] }, { code: 'ALIAS_NOT_ALLOWED' }],
  [
    'extra arguments are permitted by a grant that says args',
    { command: {}, extraCount: 1, grants: [{ ...ALL, args: true }] },
    { grants: ['all'], args: true },
  ],

  ['a grant that requires a session permits in one', { inSession: true, grants: [{ ...ALL, requireSession: true }] }, { grants: ['all'] }],
  [
    'a grant that requires a session permits nothing outside one',
    { grants: [{ ...ALL, requireSession: true }] },
    {
      code: 'ALIAS_NOT_ALLOWED',
      facts: { alias: 'github.issues.list', detail: 'grant all is for callers in a session that holds' },
      ungranted: false,
    },
  ],
  [
    'a session does not widen a grant that asks for none',
    { inSession: true, grants: [{ ...ALL, projects: ['shop'] }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],
  [
    'another grant permits outside a session what one requires a session for',
    {
      grants: [
        { ...ALL, requireSession: true },
        { id: 'b', permit: ['*.list'] },
      ],
    },
    { grants: ['b'] },
  ],
  [
    'without a session a pin is not what the refusal is about',
    { given: { owner: 'x' }, grants: [{ ...ALL, requireSession: true, pin: { owner: 'y' } }] },
    { code: 'ALIAS_NOT_ALLOWED' },
  ],

  ['a permit without approve asks nobody', { grants: [ALL] }, { grants: ['all'], approve: null }],
  ['a permit may ask for one approval', { grants: [{ ...ALL, approve: 'once' }] }, { grants: ['all'], approve: 'once' }],
  ['a permit may ask each time', { grants: [{ ...ALL, approve: 'always-ask' }] }, { grants: ['all'], approve: 'always-ask' }],
  [
    'of several permits the strictest approval is asked for',
    { grants: [ALL, { id: 'b', permit: ['*.list'], approve: 'always-ask' }, { id: 'c', permit: ['*'], approve: 'once' }] },
    { grants: ['all', 'b', 'c'], approve: 'always-ask' },
  ],
  [
    'a permit that does not apply asks for no approval',
    { grants: [ALL, { id: 'b', permit: ['*'], approve: 'once', projects: ['shop'] }] },
    { grants: ['all'], approve: null },
  ],
  [
    'a forbid beats a permit that asks for approval',
    {
      grants: [
        { ...ALL, approve: 'once' },
        { id: 'no', forbid: ['*'] },
      ],
    },
    { code: 'ALIAS_NOT_ALLOWED', ungranted: false },
  ],

  ['what no grant is meant for may be asked for', { grants: [] }, { code: 'ALIAS_NOT_ALLOWED', ungranted: true }],
  [
    'what a grant permits to others may be asked for',
    { grants: [{ ...ALL, principals: ['human'] }] },
    { code: 'ALIAS_NOT_ALLOWED', ungranted: true },
  ],
  [
    'what a grant permitted once may be asked for',
    { nowMs: LATER, grants: [{ ...ALL, expiresMs: LATER }] },
    { code: 'ALIAS_NOT_ALLOWED', ungranted: true },
  ],
  ['what is forbidden may not be asked for', { grants: [{ id: 'no', forbid: ['*'] }] }, { code: 'ALIAS_NOT_ALLOWED', ungranted: false }],
  [
    'another value than a pin may not be asked for',
    { given: { owner: 'x' }, grants: [{ ...ALL, pin: { owner: 'y' } }] },
    { code: 'PIN_MISMATCH', ungranted: false },
  ],
  [
    'nor where another caller’s grant pins it besides',
    { given: { owner: 'x' }, grants: [{ ...ALL, pin: { owner: 'y' }, principals: ['human'] }] },
    { code: 'ALIAS_NOT_ALLOWED', ungranted: false },
  ],
  [
    'another time than a window may not be asked for',
    { grants: [{ ...ALL, window: fakeWindow(false, 5) }] },
    { code: 'OUTSIDE_WINDOW', retryAfterMs: 300_000, ungranted: false },
  ],
  ['a revoked tenant may not be asked for', { status: 'revoked', grants: [] }, { code: 'TENANT_REVOKED', ungranted: false }],
  [
    'a slot that nothing binds may not be asked for',
    { slots: { token: 'bearer' }, grants: [ALL] },
    { code: 'CONFIG_INVALID', ungranted: false },
  ],
];
