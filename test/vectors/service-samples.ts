import type { Json } from '../../src/model/service.js';

/** A value that real services take, by the parameter's name in templates/services. */
export const SAMPLES: Readonly<Record<string, Json>> = {
  owner: 'acme-inc',
  org: 'acme-inc',
  repo: 'site.example',
  sha: '0123456789abcdef0123456789abcdef01234567',
  since: '2026-01-31T00:00:00Z',
  customer: 'cus_NffrFeUfNV2Hib',
  payment: 'pi_3MtwBwLkdIwHu7ix28a3tqPa',
  invoice: 'in_1MtHbELkdIwHu7ixl4OzzPMv',
  subscription: 'sub_1MowQVLkdIwHu7ixeRlqHVzs',
  product: 'prod_NWjs8kKbJWmuuc',
  after: 'cus_NffrFeUfNV2Hib',
  once: 'c1d6ae2e-6d62-4c4c-8a4e-5f0a5e8d0c11',
  email: 'ada@example.com',
  channel: 'C012AB3CD',
  user: 'U012AB3CD',
  ts: '1503435956.000247',
  thread: '1503435956.000247',
  oldest: '1503435956',
  latest: '1503435956.000247',
  types: 'public_channel,private_channel',
  name: 'thumbsup',
};
