import type { JsonValue } from '../../model/operation.ts';
import { pointerSteps } from '../../std/json-pointer.ts';
import { holdsMask } from './holds-mask.ts';
import type { Leaf } from './leaves.ts';

/** An object as a JSON patch makes it, and where in it the patch's own strings stand that hold masks. */
export interface Patched {
  readonly object: JsonValue;
  readonly leaves: readonly (Leaf & From)[];
  /** And where its own numbers 0 do. */
  readonly zeros: readonly (Pick<Leaf, 'path'> & From)[];
}

interface From {
  /** In the list of operations. */
  readonly from: readonly string[];
}

/** A string of the patch that holds a mask, or a 0, as it travels through it. */
class Written {
  readonly value: string | 0;
  readonly from: readonly string[];
  constructor(value: string | 0, from: readonly string[]) {
    this.value = value;
    this.from = from;
  }
}

type Node = null | boolean | number | string | Written | Node[] | { [key: string]: Node };

/**
 * The stored object with the operations done to it; undefined where one cannot be, or where a string that holds a mask is tested or does not last.
 *
 * Source: RFC 6902
 */
export function patched(stored: JsonValue, operations: readonly JsonValue[]): Patched | undefined {
  let root = copied(stored, undefined);
  let count = 0;
  for (const [index, operation] of operations.entries()) {
    const { op, path, from, value } = operation as Readonly<Record<string, JsonValue>>;
    if (typeof path !== 'string') return undefined;
    const put = value === undefined ? undefined : copied(value, [String(index), 'value']);
    if (put !== undefined) count += writtenIn(put, []).filter(isText).length;
    const done = doneTo(root, String(op), pointerSteps(path), typeof from === 'string' ? pointerSteps(from) : [], put);
    if (done === undefined) return undefined;
    root = done;
  }
  const written = writtenIn(root, []);
  const leaves = written.filter(isText).map(({ path, from, value }) => ({ path, from, text: value as string }));
  if (new Set(leaves.map(({ from }) => from.join('\n'))).size !== count) return undefined;
  return { object: plain(root), leaves, zeros: written.filter((one) => !isText(one)) };
}

function doneTo(
  root: Node,
  op: string,
  path: readonly string[],
  from: readonly string[],
  value: Node | undefined,
): Node | undefined {
  switch (op) {
    case 'test':
      return root;
    case 'remove':
      return removed(root, path);
    case 'add':
      return value === undefined ? undefined : added(root, path, value);
    case 'replace': {
      if (value === undefined || at(root, path) === undefined) return undefined;
      if (path.length === 0) return value;
      const without = removed(root, path);
      return without === undefined ? undefined : added(without, path, value);
    }
    case 'move': {
      const moved = at(root, from);
      const without = moved === undefined ? undefined : removed(root, from);
      return without === undefined ? undefined : added(without, path, moved as Node);
    }
    case 'copy': {
      const source = at(root, from);
      return source === undefined ? undefined : added(root, path, source);
    }
    default:
      return undefined;
  }
}

function at(node: Node | undefined, path: readonly string[]): Node | undefined {
  let here = node;
  for (const step of path) {
    if (here === null || typeof here !== 'object' || here instanceof Written || !Object.hasOwn(here, step))
      return undefined;
    here = (here as { [key: string]: Node })[step];
  }
  return here;
}

function added(root: Node, path: readonly string[], value: Node): Node | undefined {
  if (path.length === 0) return value;
  return within(root, path, (parent, key) => {
    if (!Array.isArray(parent)) return { ...parent, [key]: value };
    const index = key === '-' ? parent.length : Number(key);
    if (!/^(?:-|0|[1-9]\d*)$/.test(key) || index > parent.length) return undefined;
    return parent.toSpliced(index, 0, value);
  });
}

function removed(root: Node, path: readonly string[]): Node | undefined {
  if (path.length === 0) return undefined;
  return within(root, path, (parent, key) => {
    if (!Object.hasOwn(parent, key)) return undefined;
    if (Array.isArray(parent)) return parent.toSpliced(Number(key), 1);
    const { [key]: _, ...others } = parent;
    return others;
  });
}

type Change = (parent: Node[] | { [key: string]: Node }, key: string) => Node | undefined;

function within(node: Node, [key, ...rest]: readonly string[], change: Change): Node | undefined {
  if (key === undefined || node === null || typeof node !== 'object' || node instanceof Written) return undefined;
  if (rest.length === 0) return change(node, key);
  if (!Object.hasOwn(node, key)) return undefined;
  const inner = within((node as { [key: string]: Node })[key] as Node, rest, change);
  if (inner === undefined) return undefined;
  return Array.isArray(node) ? node.with(Number(key), inner) : { ...node, [key]: inner };
}

function copied(value: JsonValue, from: readonly string[] | undefined): Node {
  const isWritten = from !== undefined && (value === 0 || (typeof value === 'string' && holdsMask(value)));
  if (isWritten) return new Written(value, from);
  if (value === null || typeof value !== 'object') return value;
  const inner = (each: JsonValue, key: string) => copied(each, from && [...from, key]);
  if (Array.isArray(value)) return value.map((each: JsonValue, index) => inner(each, String(index)));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each as JsonValue, key)]));
}

interface Found extends From {
  readonly path: readonly string[];
  readonly value: string | 0;
}

function isText({ value }: Found): boolean {
  return typeof value === 'string';
}

function writtenIn(node: Node, path: readonly string[]): readonly Found[] {
  if (node instanceof Written) return [{ path, value: node.value, from: node.from }];
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, inner]) => writtenIn(inner, [...path, key]));
}

function plain(node: Node): JsonValue {
  if (node instanceof Written) return node.value;
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map(plain);
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, plain(inner)]));
}
