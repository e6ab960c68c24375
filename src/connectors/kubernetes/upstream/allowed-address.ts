/*
 * Where a target may be that somebody registers by API: not at the gateway's own machine, and not where clouds hand out credentials to whoever asks from there. Names are resolved by the
 * very connection that uses them, and one refused address among the answers refuses all, so that a name which answers otherwise the next time gains nothing.
 *
 * Private networks are where clusters are, and stay open.
 *
 * Source: IANA’s special-purpose registries (RFC 6890); RFC 4291, 2.5.5.2; RFC 2765, 2.1; RFC 6052, 2.2; RFC 8215; RFC 3056
 */
import { lookup } from 'node:dns';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Refusal } from '../../../model/refusal.ts';

/** Says of each address whether the gateway connects to it. */
export interface AddressRules {
  /** What the address is, as in `a loopback address`, where it is refused; undefined where it is not. */
  refused(address: string): string | undefined;
}

/** Where nobody’s cluster is; no configuration opens these. */
const NEVER: readonly (readonly [string, readonly string[]])[] = [
  [
    'an address that clouds answer metadata at',
    ['100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32', 'fd00:ec2::/32', 'fd20:ce::254/128'],
  ],
  ['a link-local address', ['169.254.0.0/16', 'fe80::/10']],
  ['no address of one machine', ['224.0.0.0/4', '240.0.0.0/4', 'ff00::/8']],
];
/** What is this machine. */
const OWN: readonly (readonly [string, readonly string[]])[] = [
  ['a loopback address', ['127.0.0.0/8', '::1/128']],
  ['an address of the gateway’s own machine', ['0.0.0.0/8', '::/128']],
];

/**
 * The rules of a gateway.
 *
 * @param opened networks of its own machine, in CIDR notation, where targets may be all the same
 */
export function addressRules(opened: readonly string[]): AddressRules {
  const [never, own] = [NEVER, OWN].map((table) => table.map(([what, nets]) => ({ what, list: blockList(nets) })));
  const open = blockList(opened);
  return {
    refused(address) {
      const plain = plainAddresses(address);
      const isIn = ({ list }: { readonly list: BlockList }) => plain.some((each) => includes(list, each));
      const found = never?.find(isIn);
      if (found !== undefined) return found.what;
      if (plain.every((each) => includes(open, each))) return undefined;
      const mine = own?.find(isIn);
      if (mine !== undefined) return mine.what;
      const machine = ownAddresses();
      return plain.some((each) => machine.has(each)) ? 'an address of the gateway’s own machine' : undefined;
    },
  };
}

/** Refuses a host that is an address and is refused; a name is looked at when it is resolved. @throws {Refusal} UPSTREAM_UNREACHABLE */
export function assertHost(rules: AddressRules, hostname: string): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  const what = isIP(address) === 0 ? undefined : rules.refused(address);
  if (what !== undefined) throw addressRefused(what, address);
}

/** The look-up of names that a connection makes; one that leads to a refused address leads nowhere. */
export function guardedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, []);
      for (const { address } of found) {
        const what = rules.refused(address);
        if (what !== undefined) return callback(addressRefused(what, address), []);
      }
      const [first] = found;
      if (options.all === true || first === undefined) return callback(null, found);
      callback(null, first.address, first.family);
    });
  };
}

function addressRefused(what: string, address: string): Refusal {
  return new Refusal(
    'UPSTREAM_UNREACHABLE',
    'the target is at an address that the gateway does not connect to, and nothing was sent',
    {
      detail: `\`${address}\` is ${what}; \`unsafe.targetNetworks\` opens networks of the gateway’s own machine`,
    },
  );
}

function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return new Set(all.flatMap(({ address }) => plainAddresses(address)));
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}

function includes(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** The IPv4 addresses that an IPv6 one may stand for (mapped, compatible, translated, 6to4), and without its zone. */
function plainAddresses(address: string): readonly string[] {
  const bare = address.split('%')[0] as string;
  const words = isIPv6(bare) ? wordsOf(bare) : [];
  const isLocallyTranslated = words[0] === 0x64 && words[1] === 0xff9b && words[2] === 1;
  return isLocallyTranslated ? readings(words) : [plainAddress(bare)];
}

/** A network translates by a prefix of its own within `64:ff9b:1::/48`, 48, 56, 64 or 96 bits long: what each reads there, but for zeros. */
function readings(words: readonly number[]): readonly string[] {
  const bytes = words.flatMap((word) => [word >> 8, word & 255]);
  const last = bytes.slice(12);
  // Byte 8 is none of the address.
  const rest = [...bytes.slice(6, 8), ...bytes.slice(9)];
  const read = [0, 1, 2].map((from) => rest.slice(from, from + 4)).filter(([first]) => first !== 0);
  return [...read, ...(read.length === 0 || last[0] !== 0 ? [last] : [])].map((each) => each.join('.'));
}

function plainAddress(bare: string): string {
  if (!isIPv6(bare)) return bare;
  const words = wordsOf(bare);
  const [first, second, ...rest] = words;
  const isZero = (from: number, to: number) => words.slice(from, to).every((word) => word === 0);
  if (first === 0x2002) return dotted(second as number, rest[0] as number);
  const isMapped = isZero(0, 5) && words[5] === 0xffff;
  const isTranslated =
    (first === 0x64 && second === 0xff9b && isZero(2, 6)) || (isZero(0, 4) && words[4] === 0xffff && words[5] === 0);
  const isCompatible = isZero(0, 6) && (words[6] as number) !== 0;
  if (isMapped || isTranslated || isCompatible) return dotted(words[6] as number, words[7] as number);
  return words.map((word) => word.toString(16)).join(':');
}

function wordsOf(address: string): readonly number[] {
  const spelled = new URL(`https://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = spelled.split('::');
  const of = (text: string) => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)));
  if (tail === undefined) return of(head);
  const [left, right] = [of(head), of(tail)];
  return [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
