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
  if (isNumber(left) && isNumber(right)) return !(left < right) && !(left > right);
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

function contains(list: Iterable<Value>, item: Value): boolean {
  return [...list].some((other) => isEqual(other, item));
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
    return BigInt([...this].findIndex((other) => isEqual(other, item)));
  }),
  celMethod('lastIndexOf', LIST, [DYN], INT, function (item) {
    return BigInt([...this].findLastIndex((other) => isEqual(other, item)));
  }),
  celFunc('sets.contains', [LIST, LIST], BOOL, (all, some) => [...some].every((item) => contains(all, item))),
  celFunc('sets.intersects', [LIST, LIST], BOOL, (a, b) => [...a].some((item) => contains(b, item))),
  celFunc(
    'sets.equivalent',
    [LIST, LIST],
    BOOL,
    (a, b) => [...a].every((item) => contains(b, item)) && [...b].every((item) => contains(a, item)),
  ),
];
