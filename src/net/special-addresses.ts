/** What an address is for. `public` is what any service may live at; every other kind must be listed by the service. */
export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'metadata'
  | 'shared'
  | 'documentation'
  | 'benchmarking'
  | 'transition'
  | 'reserved'
  | 'multicast'
  | 'unspecified';

/**
 * The IANA special-purpose registries of IPv4 and IPv6 (RFC 6890; iana.org/assignments/iana-ipv4-special-registry and
 * iana-ipv6-special-registry, 2025-10-09), the multicast space, and the addresses at which clouds hand out credentials.
 * The first row that holds an address decides. Blocks of 192.0.0.0/24 and 2001::/23 that are globally reachable serve protocols, not
 * services, and stay refused.
 */
export const SPECIAL_ADDRESSES: readonly (readonly [cidr: string, kind: AddressKind])[] = [
  ['169.254.169.254/32', 'metadata'],
  ['100.100.100.200/32', 'metadata'],
  ['168.63.129.16/32', 'metadata'],
  ['192.0.0.192/32', 'metadata'],
  ['0.0.0.0/8', 'unspecified'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'shared'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', 'transition'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],

  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['fd00:ec2::254/128', 'metadata'],
  ['fd20:ce::254/128', 'metadata'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
  ['2001::/32', 'transition'],
  ['2001:2::/48', 'benchmarking'],
  ['2001::/23', 'reserved'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', 'transition'],
  ['3fff::/20', 'documentation'],
  ['2000::/3', 'public'],
  // Outside 2000::/3 nothing is assigned as global unicast (RFC 4291 §2.4).
  ['::/0', 'reserved'],
];

/** NAT64's well-known prefix (RFC 6052 §2.1): what is sent there goes over the network to a translator. */
export const NAT64_BLOCK = '64:ff9b::/96';

/**
 * Blocks whose last 32 bits are the IPv4 address that a connection really reaches: IPv4-mapped (RFC 4291 §2.5.5.2) and
 * NAT64's.
 */
export const EMBEDDING_BLOCKS: readonly string[] = ['::ffff:0:0/96', NAT64_BLOCK];
