import type { KindName } from '../../src/credential/registry.js';
import type { Json } from '../../src/model/service.js';

/** What may and may not be a reference of tenant acme. `options` null: the kind as it is without settings. */
export type ReferenceRow = {
  readonly kind: KindName;
  readonly options: { readonly [key: string]: Json } | null;
  readonly taken: readonly string[];
  readonly refused: readonly string[];
};

const UNPRINTABLE = ['a/b/c\n', 'a/b/c\0', 'a/b/\u202ec', 'a/b/\u200bc', 'a/b/\ud800'];

export const REFERENCES: readonly ReferenceRow[] = [
  {
    kind: 'embedded',
    options: null,
    taken: ['acme/github-bot'],
    refused: [
      'rival/github-bot',
      'acme',
      'acme/',
      '/bot',
      'acme/../rival/bot',
      'acme/..',
      'acme/a/b',
      'acme/Bot',
      'acme/bot\n',
      'acme/bot\0',
      ' acme/bot',
      `acme/${'a'.repeat(65)}`,
      '@backends/doppler',
    ],
  },
  {
    kind: 'keychain',
    options: null,
    taken: ['acme/github-bot', 'acme/GitHub Bot (prod)', 'acme/schlüssel'],
    refused: [
      'rival/github-bot',
      'acme',
      'acme/',
      'acme-two/bot',
      'acme/bot\u202e',
      'acme/bot\u200b',
      'acme/\ud800',
      `acme/${'a'.repeat(255)}`,
      '@backends/doppler',
    ],
  },
  {
    kind: '1password',
    options: null,
    taken: [
      'op://Acme/Stripe/secret key',
      'op://Acme/Stripe/Section/key',
      'op://ionaiwtdvgclrixbt6ztpqcxnq/p7eflcy7f5mk7vg6zrzf5rjjyu/credential',
      'op://Acme/Schlüssel/鍵',
      'op://Acme/ssh/private key?ssh-format=openssh',
    ],
    refused: [
      'Acme/Stripe/key',
      'op://Acme/Stripe',
      'op://Acme//key',
      'op://Acme/Stripe/',
      'op://Acme/a/b/c/d',
      'op://Acme/"x/key',
      'op://Acme/x\\/key',
      'op://Acme/%41/key',
      'op://Acme/x/key?other=1',
      'op://Acme/x/key#f',
      'op://Acme/x/key\n',
      'op://Acme/x/\u202ekey',
      'OP://Acme/Stripe/key',
      `op://Acme/Stripe/${'k'.repeat(1024)}`,
    ],
  },
  {
    kind: '1password',
    options: { op: '/usr/bin/op', connect: 'https://connect.example.com' },
    taken: ['op://Acme/Stripe/secret key'],
    refused: ['op://Acme/ssh/private key?ssh-format=openssh'],
  },
  {
    kind: 'infisical',
    options: { project: null, environment: null },
    taken: ['p-1/prod/KEY', 'p-1/prod/payments/stripe/KEY', 'p-1/prod/Schlüssel'],
    refused: ['prod/KEY', 'KEY', 'p-1/prod/', 'p-1//KEY', 'p-1/prod/../KEY', 'p-1/prod/./KEY', '/p-1/prod/KEY', ...UNPRINTABLE],
  },
  {
    kind: 'infisical',
    options: { project: 'p-1', environment: 'prod' },
    taken: ['KEY', 'payments/KEY'],
    refused: ['', '/', '..', 'payments/', 'a/../KEY'],
  },
  {
    kind: 'doppler',
    options: null,
    taken: ['acme/prd/STRIPE_KEY'],
    refused: ['acme/STRIPE_KEY', 'STRIPE_KEY', 'acme/prd/a/STRIPE_KEY', 'acme/../STRIPE_KEY', 'acme//KEY', ...UNPRINTABLE],
  },
  { kind: 'doppler', options: { project: 'acme', config: 'prd' }, taken: ['STRIPE_KEY'], refused: ['prd/STRIPE_KEY', '', '..'] },
  {
    kind: 'doppler',
    options: { project: 'acme', config: null },
    taken: ['prd/STRIPE_KEY'],
    refused: ['STRIPE_KEY', 'acme/prd/STRIPE_KEY'],
  },
  {
    kind: 'vault',
    options: { mount: null },
    taken: ['secret/acme/stripe#key', 'secret/acme#schlüssel', 'kv/a b/c#d.e'],
    refused: [
      'secret/acme/stripe',
      'secret#key',
      'secret/acme#',
      '#key',
      'secret/../sys/seal#key',
      'secret/acme/..#key',
      'secret/acme.#key',
      'secret//acme#key',
      'secret/acme#a/b',
      'secret/acme#..',
      'secret/acme#key\n',
    ],
  },
  {
    kind: 'vault',
    options: { mount: 'team/kv' },
    taken: ['acme#key', 'acme/stripe#key'],
    refused: ['acme', '#key', '../x#key', 'acme/#key'],
  },
  {
    kind: 'env',
    options: null,
    taken: ['STRIPE_KEY', '_x', 'lower'],
    refused: ['', '1KEY', 'A-B', 'A=B', 'A B', 'OUTLOOP_HOME', 'A\n', 'Ä', `A${'A'.repeat(255)}`],
  },
  {
    kind: 'file',
    options: null,
    taken: ['/run/secrets/stripe', '/etc/with blank', '/run/schlüssel'],
    refused: ['', 'relative', './x', '/', '/a/', '/a/../b', '/a/./b', '/a//b', '~/.key', '/a\n', '/a\0', '/a/\u202eb'],
  },
  {
    kind: 'exec',
    options: { argv: ['/usr/bin/pass', 'show', '{ref}'] },
    taken: ['acme/stripe', '["stripe"]["key"]', 'arn:aws:secretsmanager:eu-west-1:1:secret:x', 'schlüssel 鍵', '$(id)', '; id'],
    refused: ['-x', '--help', 'a\nb', 'a\0', 'a\u200b', 'k'.repeat(1025)],
  },
];
