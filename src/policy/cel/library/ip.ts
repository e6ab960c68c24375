import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import {
  type Address,
  containsAddress,
  formatAddress,
  formatPrefix,
  isIn,
  masked,
  type Prefix,
  parseAddress,
  parsePrefix,
} from './addresses.ts';
import { opaque, reads } from './opaque.ts';

const { BOOL, INT, STRING } = CelScalar;
const IP = opaque('IP');
const CIDR = opaque('CIDR');

function address(value: unknown): Address {
  return parseAddress(IP.unwrap(value));
}

function prefix(value: unknown): Prefix {
  return parsePrefix(CIDR.unwrap(value));
}

function containsPrefix(outer: Prefix, inner: Prefix): boolean {
  return outer.length <= inner.length && containsAddress(outer, inner.address);
}

/** Each test of an address, by what it is called. Source: net/netip of Go */
const KINDS: Readonly<Record<string, (address: Address) => boolean>> = {
  isUnspecified: ({ bits }) => bits === 0n,
  isLoopback: (it) => isIn(it, '127.0.0.0/8', '::1/128'),
  isLinkLocalMulticast: (it) =>
    isIn(it, '224.0.0.0/24') || (it.family === 6 && ((it.bits >> 112n) & 0xff0fn) === 0xff02n),
  isLinkLocalUnicast: (it) => isIn(it, '169.254.0.0/16', 'fe80::/10'),
  isGlobalUnicast: (it) =>
    it.bits !== 0n &&
    !isIn(it, '255.255.255.255/32', '127.0.0.0/8', '::1/128', '224.0.0.0/4', 'ff00::/8', '169.254.0.0/16', 'fe80::/10'),
};

/** `ip`, `cidr` and their methods. Source: pkg/cel/library/ip.go and cidr.go of k8s.io/apiserver v0.35.4 */
export const ADDRESSES: readonly CelFunc[] = [
  celFunc('ip', [STRING], IP.type, (text) => IP.wrap(formatAddress(parseAddress(text)))),
  celFunc('isIP', [STRING], BOOL, (text) => reads(parseAddress, text)),
  celFunc('ip.isCanonical', [STRING], BOOL, (text) => formatAddress(parseAddress(text)) === text),
  celFunc('string', [IP.type], STRING, (value) => IP.unwrap(value)),
  celMethod('family', IP.type, [], INT, function () {
    return BigInt(address(this).family);
  }),
  ...Object.entries(KINDS).map(([name, test]) =>
    celMethod(name, IP.type, [], BOOL, function () {
      return test(address(this));
    }),
  ),
  celFunc('cidr', [STRING], CIDR.type, (text) => CIDR.wrap(formatPrefix(parsePrefix(text)))),
  celFunc('isCIDR', [STRING], BOOL, (text) => reads(parsePrefix, text)),
  celFunc('string', [CIDR.type], STRING, (value) => CIDR.unwrap(value)),
  celMethod('ip', CIDR.type, [], IP.type, function () {
    return IP.wrap(formatAddress(prefix(this).address));
  }),
  celMethod('prefixLength', CIDR.type, [], INT, function () {
    return BigInt(prefix(this).length);
  }),
  celMethod('masked', CIDR.type, [], CIDR.type, function () {
    return CIDR.wrap(formatPrefix(masked(prefix(this))));
  }),
  celMethod('containsIP', CIDR.type, [STRING], BOOL, function (text) {
    return containsAddress(prefix(this), parseAddress(text));
  }),
  celMethod('containsIP', CIDR.type, [IP.type], BOOL, function (other) {
    return containsAddress(prefix(this), address(other));
  }),
  celMethod('containsCIDR', CIDR.type, [STRING], BOOL, function (text) {
    return containsPrefix(prefix(this), parsePrefix(text));
  }),
  celMethod('containsCIDR', CIDR.type, [CIDR.type], BOOL, function (other) {
    return containsPrefix(prefix(this), prefix(other));
  }),
];
