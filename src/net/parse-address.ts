/** An IP address as a number: `bits` is 32 or 128. */
export type Address = { readonly bits: 32 | 128; readonly value: bigint };

/** A block of addresses: those whose first `prefix` bits are those of `value`. */
export type Cidr = Address & { readonly prefix: number };

const OCTET = /^(?:0|[1-9][0-9]{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

/**
 * Reads an IP address in its usual spelling: dotted decimal without leading zeros, or RFC 4291 §2.2, without brackets.
 * `null` for anything else: a zone (`%eth0`), octal, hexadecimal or short forms.
 */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Reads `address/prefix`; `null` when it is not one or when bits after the prefix are set (a slip of the pen). */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  const address = parseAddress(text.slice(0, slash));
  const prefixText = text.slice(slash + 1);
  if (slash < 0 || address === null || !OCTET.test(prefixText)) return null;
  const prefix = Number(prefixText);
  if (prefix > address.bits) return null;
  const rest = BigInt(address.bits - prefix);
  return (address.value >> rest) << rest === address.value ? { ...address, prefix } : null;
}

/** Whether the address lies in the block; one of the other family never does. */
export function isInCidr(address: Address, cidr: Cidr): boolean {
  const rest = BigInt(cidr.bits - cidr.prefix);
  return address.bits === cidr.bits && address.value >> rest === cidr.value >> rest;
}

function parseIpv4(text: string): Address | null {
  const octets = text.split('.');
  if (octets.length !== 4) return null;
  let value = 0n;
  for (const octet of octets) {
    if (!OCTET.test(octet) || Number(octet) > 255) return null;
    value = (value << 8n) | BigInt(octet);
  }
  return { bits: 32, value };
}

function parseIpv6(text: string): Address | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = readGroups(halves[0] ?? '', halves.length === 1);
  const tail = readGroups(halves[1] ?? '', true);
  if (head === null || tail === null) return null;
  const known = head.length + tail.length;
  if (halves.length === 1 ? known !== 8 : known > 7) return null;
  const zeros = Array<bigint>(8 - known).fill(0n);
  return { bits: 128, value: [...head, ...zeros, ...tail].reduce((value, group) => (value << 16n) | group, 0n) };
}

/** Groups of 16 bits; dotted decimal may stand for the last two where the text ends the address. */
function readGroups(text: string, last: boolean): bigint[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    const dotted = last && index === parts.length - 1 && part.includes('.') ? parseIpv4(part) : null;
    if (dotted !== null) groups.push(dotted.value >> 16n, dotted.value & 0xffffn);
    else if (GROUP.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}
