import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { opaque, reads } from './opaque.ts';

const { BOOL, DOUBLE, INT, STRING } = CelScalar;
const Quantity = opaque('Quantity');

const NANO = 1_000_000_000n;

/** What Kubernetes caps a quantity at. */
const VALUE_MAX = 2n ** 63n - 1n;

/** Powers of ten, or of 1,024, by suffix. */
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Limit: an exponent beyond this is refused; what it could give is capped, or nothing, anyway. */
const EXPONENT_MAX = 100;

/**
 * A quantity in billionths, rounded away from zero and capped as Kubernetes does.
 *
 * @throws {Error} the text is no quantity
 * Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/api/resource/quantity.go
 */
export function parseQuantity(text: string): bigint {
  const [, sign, whole = '', fraction = '', suffix = ''] =
    /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*(?:(?<=^[^a-zA-Z]*[eE])[+-]?\d+)?)$/.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '' || text.length > 200) throw new Error('not a quantity');
  const digits = BigInt(whole + fraction);
  const { base, exponent } = scaleOf(suffix);
  const scaled =
    base === 2n ? digits * 2n ** BigInt(exponent) * NANO : digits * 10n ** BigInt(Math.max(0, exponent + 9));
  const divisor = 10n ** BigInt(fraction.length + (base === 2n ? 0 : Math.max(0, -(exponent + 9))));
  const nanos = (scaled + divisor - 1n) / divisor;
  const capped = nanos > VALUE_MAX * NANO ? VALUE_MAX * NANO : nanos;
  return sign === '-' ? -capped : capped;
}

function scaleOf(suffix: string): { readonly base: bigint; readonly exponent: number } {
  const binary = BINARY.indexOf(suffix);
  if (binary >= 0) return { base: 2n, exponent: (binary + 1) * 10 };
  if (Object.hasOwn(DECIMAL, suffix)) return { base: 10n, exponent: DECIMAL[suffix] as number };
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) > EXPONENT_MAX) throw new Error('not a quantity');
  return { base: 10n, exponent: Number(exponent) };
}

function nanosOf(value: unknown): bigint {
  return BigInt(Quantity.unwrap(value));
}

function wrap(nanos: bigint) {
  return Quantity.wrap(String(nanos));
}

function isInteger(nanos: bigint): boolean {
  return nanos % NANO === 0n && nanos < VALUE_MAX * NANO && nanos > -VALUE_MAX * NANO;
}

function asInteger(nanos: bigint): bigint {
  if (!isInteger(nanos)) throw new Error('cannot convert the quantity to an integer');
  return nanos / NANO;
}

function compare(a: bigint, b: bigint): bigint {
  return a === b ? 0n : a < b ? -1n : 1n;
}

/** `quantity` and `isQuantity`, with their methods. */
export const QUANTITY: readonly CelFunc[] = [
  celFunc('quantity', [STRING], Quantity.type, (text) => wrap(parseQuantity(text))),
  celFunc('isQuantity', [STRING], BOOL, (text) => reads(parseQuantity, text)),
  celFunc('sign', [Quantity.type], INT, (value) => compare(nanosOf(value), 0n)),
  celMethod('sign', Quantity.type, [], INT, function () {
    return compare(nanosOf(this), 0n);
  }),
  celMethod('isInteger', Quantity.type, [], BOOL, function () {
    return isInteger(nanosOf(this));
  }),
  celMethod('asInteger', Quantity.type, [], INT, function () {
    return asInteger(nanosOf(this));
  }),
  celMethod('asApproximateFloat', Quantity.type, [], DOUBLE, function () {
    return Number(nanosOf(this)) / 1e9;
  }),
  celMethod('isLessThan', Quantity.type, [Quantity.type], BOOL, function (other) {
    return nanosOf(this) < nanosOf(other);
  }),
  celMethod('isGreaterThan', Quantity.type, [Quantity.type], BOOL, function (other) {
    return nanosOf(this) > nanosOf(other);
  }),
  celMethod('compareTo', Quantity.type, [Quantity.type], INT, function (other) {
    return compare(nanosOf(this), nanosOf(other));
  }),
  celMethod('add', Quantity.type, [Quantity.type], Quantity.type, function (other) {
    return wrap(nanosOf(this) + nanosOf(other));
  }),
  celMethod('add', Quantity.type, [INT], Quantity.type, function (other) {
    return wrap(nanosOf(this) + other * NANO);
  }),
  celMethod('sub', Quantity.type, [Quantity.type], Quantity.type, function (other) {
    return wrap(nanosOf(this) - nanosOf(other));
  }),
  celMethod('sub', Quantity.type, [INT], Quantity.type, function (other) {
    return wrap(nanosOf(this) - other * NANO);
  }),
];
