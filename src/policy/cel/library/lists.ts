import {
  type CelFunc,
  CelScalar,
  type CelValue,
  celFunc,
  celMethod,
  isCelList,
  isCelMap,
  isCelUint,
  listType,
} from '@bufbuild/cel';
import { charge } from '../budget.ts';

const { BOOL, DYN, INT } = CelScalar;
const LIST = listType(DYN);

type Value = CelValue;

/** An order over numbers, strings and truth values, as CEL compares them. @throws {Error} the two cannot be compared */
function compare(a: Value, b: Value): number {
  const [left, right] = [plain(a), plain(b)];
  const areNumbers = isNumber(left) && isNumber(right);
  if (!areNumbers && typeof left !== typeof right) throw new Error('values of a list cannot be compared');
  if (!areNumbers && typeof left !== 'string' && typeof left !== 'boolean')
    throw new Error('values of a list cannot be compared');
  const [one, other] = [left as number, right as number];
  return one < other ? -1 : one > other ? 1 : 0;
}

function plain(value: Value): number | bigint | string | boolean | object | null {
  return isCelUint(value) ? value.value : (value as number);
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** Equality of what JSON can hold. */
function isEqual(a: Value, b: Value): boolean {
  const [left, right] = [plain(a), plain(b)];
  // Not by `==` alone, which would take 1 and true for equal; and NaN is equal to nothing.
  if (isNumber(left) && isNumber(right)) return left <= right && left >= right;
  if (isCelList(a) && isCelList(b)) {
    const others = [...b];
    return a.size === b.size && [...a].every((item, i) => isEqual(item, others[i] as Value));
  }
  if (isCelMap(a) && isCelMap(b)) {
    return (
      a.size === b.size && [...a].every(([key, item]) => b.get(key) !== undefined && isEqual(item, b.get(key) as Value))
    );
  }
  return left === right || (textOf(left) !== undefined && textOf(left) === textOf(right));
}

/** The canonical text of one of Kubernetes' own types, with its name. */
function textOf(value: unknown): string | undefined {
  const message = (value as { readonly message?: { readonly $typeName: string; readonly text?: string } } | null)
    ?.message;
  return message?.text === undefined ? undefined : `${message.$typeName} ${message.text}`;
}

function extreme(list: Iterable<Value>, sign: number): Value {
  const [first, ...rest] = [...list];
  if (first === undefined) throw new Error('an empty list has no least or greatest value');
  return rest.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first);
}

function sum(list: Iterable<Value>): bigint | number {
  const items = [...list].map(plain);
  if (items.every((item) => typeof item === 'bigint')) {
    const total = items.reduce((all, item) => all + item, 0n);
    if (BigInt.asIntN(64, total) !== total) throw new Error('the sum overflows');
    return total;
  }
  if (!items.every((item) => typeof item === 'number')) throw new Error('values of a list cannot be added');
  return items.reduce((all, item) => all + item, 0);
}

function isSorted(list: Iterable<Value>): boolean {
  const items = [...list];
  return items.every((item, i) => i === 0 || compare(items[i - 1] as Value, item) <= 0);
}

/** A test whether an item is in a list: at once for plain values, so that two long lists of a caller's do not take their product; others are compared one by one. */
function among(list: Iterable<Value>): (item: Value) => boolean {
  const keys = new Set<string>();
  const others: Value[] = [];
  for (const item of list) {
    const key = keyOf(item);
    if (key === undefined) others.push(item);
    else keys.add(key);
  }
  charge(keys.size + others.length);
  return (item) => {
    const key = keyOf(item);
    if (key !== undefined) return keys.has(key);
    charge(others.length);
    return others.some((other) => isEqual(other, item));
  };
}

/** One text for all plain values that are equal; whole numbers are, of whatever type. */
function keyOf(value: Value): string | undefined {
  const it = plain(value);
  if (typeof it === 'string') return `text ${it}`;
  if (typeof it === 'boolean' || typeof it === 'bigint') return `${typeof it === 'bigint' ? 'number' : 'truth'} ${it}`;
  if (typeof it !== 'number' || Number.isNaN(it)) return undefined;
  return `number ${Number.isInteger(it) ? BigInt(it) : it}`;
}

/** Functions on lists. Source: pkg/cel/library/lists.go of k8s.io/apiserver v0.35.4, and the extension `sets` of cel-go */
export const LISTS: readonly CelFunc[] = [
  celMethod('isSorted', LIST, [], BOOL, function () {
    return isSorted(this);
  }),
  celMethod('sum', LIST, [], DYN, function () {
    return sum(this);
  }),
  celMethod('min', LIST, [], DYN, function () {
    return extreme(this, -1);
  }),
  celMethod('max', LIST, [], DYN, function () {
    return extreme(this, 1);
  }),
  celMethod('indexOf', LIST, [DYN], INT, function (item) {
    charge(this.size);
    return BigInt([...this].findIndex((other) => isEqual(other, item)));
  }),
  celMethod('lastIndexOf', LIST, [DYN], INT, function (item) {
    charge(this.size);
    return BigInt([...this].findLastIndex((other) => isEqual(other, item)));
  }),
  celFunc('sets.contains', [LIST, LIST], BOOL, (all, some) => [...some].every(among(all))),
  celFunc('sets.intersects', [LIST, LIST], BOOL, (a, b) => [...a].some(among(b))),
  celFunc('sets.equivalent', [LIST, LIST], BOOL, (a, b) => [...a].every(among(b)) && [...b].every(among(a))),
];
