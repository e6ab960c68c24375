/*
 * IP addresses and prefixes, as numbers: pure, since deciding code may not import Node's own. Written forms are those of Go's net/netip, without
 * zones and without IPv4 inside IPv6, which Kubernetes' library refuses too.
 */

/** An address: its family and its bits. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** An address with the length of its prefix, in bits; the address may have bits behind it. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** @throws {Error} the text is no address */
export function parseAddress(text: string): Address {
  if (!text.includes(':')) return { family: 4, bits: parseV4(text) };
  const bits = parseV6(text);
  if (bits >> 32n === 0xffffn) throw new Error('IPv4 inside IPv6 is not allowed');
  return { family: 6, bits };
}

function parseV4(text: string): bigint {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    throw new Error('not an IP address');
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint {
  const tail = /(?:^|:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  const v4 = tail === undefined ? undefined : parseV4(tail);
  const plain =
    v4 === undefined || tail === undefined
      ? text
      : `${text.slice(0, -tail.length)}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const halves = plain.split('::');
  if (halves.length > 2) throw new Error('not an IP address');
  const [head = [], rest = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) throw new Error('not an IP address');
  const groups = [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...rest];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) throw new Error('not an IP address');
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** The one canonical form of an address. Source: RFC 5952 */
export function formatAddress({ family, bits }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((bits >> shift) & 0xffffn).toString(16));
  let best = { from: 0, length: 1 };
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (groups[from + length] === '0') length++;
    if (length > best.length) best = { from, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.from).join(':')}::${groups.slice(best.from + best.length).join(':')}`;
}

/** @throws {Error} the text is no prefix */
export function parsePrefix(text: string): Prefix {
  const [, written = '', length = ''] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = parseAddress(written);
  if (length === '' || Number(length) > widthOf(address)) throw new Error('not a CIDR');
  return { address, length: Number(length) };
}

export function formatPrefix({ address, length }: Prefix): string {
  return `${formatAddress(address)}/${length}`;
}

function widthOf({ family }: Address): number {
  return family === 4 ? 32 : 128;
}

/** The prefix without the bits behind it. */
export function masked({ address, length }: Prefix): Prefix {
  const rest = BigInt(widthOf(address) - length);
  return { address: { family: address.family, bits: (address.bits >> rest) << rest }, length };
}

export function containsAddress(prefix: Prefix, address: Address): boolean {
  const rest = BigInt(widthOf(prefix.address) - prefix.length);
  return prefix.address.family === address.family && prefix.address.bits >> rest === address.bits >> rest;
}

/** Whether the address is in a block that is written as a prefix. */
export function isIn(address: Address, ...blocks: readonly string[]): boolean {
  return blocks.some((block) => containsAddress(parsePrefix(block), address));
}
