import { isInCidr, parseAddress, parseCidr, type Address, type Cidr } from './parse-address.js';
import { EMBEDDING_BLOCKS, NAT64_BLOCK, SPECIAL_ADDRESSES, type AddressKind } from './special-addresses.js';

/**
 * What an IP address is for, by the IANA registries; an IPv4 address inside an IPv6 one counts as itself. `null` when the
 * text is not an address.
 */
export function classifyAddress(ip: string): AddressKind | null {
  const address = parseAddress(ip);
  return address === null ? null : classify(unwrap(address));
}

/** Whether a connection to the address never leaves this machine; one that a translator would lead to a loopback address does. */
export function isLoopback(ip: string): boolean {
  const address = parseAddress(ip);
  return address !== null && !isInCidr(address, readRow(NAT64_BLOCK)) && classify(unwrap(address)) === 'loopback';
}

/**
 * Whether a service may live at the address: a public one, or one within `networks` (CIDRs; one that cannot be read holds
 * nothing). Unspecified and multicast addresses are never allowed: the first reach this very machine, the second no service.
 */
export function isAllowedAddress(ip: string, networks: readonly string[]): boolean {
  const address = parseAddress(ip);
  if (address === null) return false;
  const reached = unwrap(address);
  const kind = classify(reached);
  if (kind === 'public') return true;
  if (kind === 'unspecified' || kind === 'multicast') return false;
  return networks.some((text) => {
    const cidr = parseCidr(text);
    return cidr !== null && (isInCidr(reached, cidr) || isInCidr(address, cidr));
  });
}

function classify(address: Address): AddressKind {
  for (const [text, kind] of SPECIAL_ADDRESSES) {
    if (isInCidr(address, readRow(text))) return kind;
  }
  return 'public';
}

/** The IPv4 address that an IPv6 one stands for, or the address itself. */
function unwrap(address: Address): Address {
  const embeds = EMBEDDING_BLOCKS.some((text) => isInCidr(address, readRow(text)));
  return embeds ? { bits: 32, value: address.value & 0xffffffffn } : address;
}

function readRow(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === null) throw new Error(`the address table has a broken row: ${text}`);
  return cidr;
}
