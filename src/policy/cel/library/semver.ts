import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { opaque, reads } from './opaque.ts';

const { BOOL, INT, STRING } = CelScalar;
const Semver = opaque('Semver');

/** Source: https://semver.org, the suggested expression */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly string[];
}

/** @throws {Error} the text is no semantic version */
export function parseSemver(text: string): Version {
  const [, major, minor, patch, prerelease = ''] = (text.length > 256 ? undefined : SEMVER.exec(text)) ?? [];
  const numbers = [major, minor, patch, ...prerelease.split('.').filter((part) => /^\d+$/.test(part))];
  if (major === undefined || minor === undefined || patch === undefined || numbers.some(isTooLarge))
    throw new Error('not a semantic version');
  return {
    numbers: [BigInt(major), BigInt(minor), BigInt(patch)],
    prerelease: prerelease === '' ? [] : prerelease.split('.'),
  };
}

/** Kubernetes' numbers have 64 bits. */
function isTooLarge(digits: string | undefined): boolean {
  return digits !== undefined && BigInt.asUintN(64, BigInt(digits)) !== BigInt(digits);
}

/** Without a leading `v` and leading zeros, with a minor version and a patch. Source: `normalizeAndParse` of pkg/cel/library/semverlib.go */
function normalized(text: string): string {
  const [, numbers = '', rest = ''] = /^v?([0-9.]*)(.*)$/s.exec(text) ?? [];
  const parts = numbers.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  if (parts.length < 3 && rest !== '') throw new Error('a short version has nothing behind its numbers');
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest;
}

function compare(a: Version, b: Version): bigint {
  for (let i = 0; i < 3; i++) {
    const [left, right] = [a.numbers[i] as bigint, b.numbers[i] as bigint];
    if (left !== right) return left < right ? -1n : 1n;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return BigInt(Math.sign(b.prerelease.length - a.prerelease.length));
  return comparePrerelease(a.prerelease, b.prerelease);
}

/** Numbers stand before words, and by their value; a version with more parts stands after. */
function comparePrerelease(a: readonly string[], b: readonly string[]): bigint {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i] as string, b[i] as string];
    if (left === right) continue;
    const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isLeftNumber && isRightNumber) return BigInt(left) < BigInt(right) ? -1n : 1n;
    if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1n : 1n;
    return left < right ? -1n : 1n;
  }
  return BigInt(Math.sign(a.length - b.length));
}

function make(text: string) {
  parseSemver(text);
  return Semver.wrap(text.replace(/\+.*$/, ''));
}

function version(value: unknown): Version {
  return parseSemver(Semver.unwrap(value));
}

function number(name: string, index: 0 | 1 | 2): CelFunc {
  return celMethod(name, Semver.type, [], INT, function () {
    return version(this).numbers[index];
  });
}

/** `semver`, `isSemver` and their methods. Source: pkg/cel/library/semverlib.go of k8s.io/apiserver v0.35.4 */
export const SEMVERS: readonly CelFunc[] = [
  celFunc('semver', [STRING], Semver.type, make),
  celFunc('semver', [STRING, BOOL], Semver.type, (text, isTolerant) => make(isTolerant ? normalized(text) : text)),
  celFunc('isSemver', [STRING], BOOL, (text) => reads(parseSemver, text)),
  celFunc('isSemver', [STRING, BOOL], BOOL, (text, isTolerant) =>
    reads((it) => parseSemver(isTolerant ? normalized(it) : it), text),
  ),
  number('major', 0),
  number('minor', 1),
  number('patch', 2),
  celMethod('isLessThan', Semver.type, [Semver.type], BOOL, function (other) {
    return compare(version(this), version(other)) < 0n;
  }),
  celMethod('isGreaterThan', Semver.type, [Semver.type], BOOL, function (other) {
    return compare(version(this), version(other)) > 0n;
  }),
  celMethod('compareTo', Semver.type, [Semver.type], INT, function (other) {
    return compare(version(this), version(other));
  }),
];
