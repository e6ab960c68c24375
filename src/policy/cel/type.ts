import type { CelType } from '@bufbuild/cel';

/** A type as the checker knows it: more than CEL's own, since `caller` and `operation` have fields of their own. */
export type Type =
  | { readonly kind: 'dyn' }
  | { readonly kind: 'scalar' | 'message'; readonly name: string }
  | { readonly kind: 'list'; readonly element: Type }
  | { readonly kind: 'map'; readonly value: Type }
  | { readonly kind: 'record'; readonly name: string; readonly fields: Readonly<Record<string, Type>> };

export const DYN: Type = { kind: 'dyn' };
export const BOOL = scalar('bool');
export const INT = scalar('int');
export const STRING = scalar('string');
export const NULL = scalar('null_type');

export function scalar(name: string): Type {
  return name === 'dyn' ? DYN : { kind: 'scalar', name };
}

export function listOf(element: Type): Type {
  return { kind: 'list', element };
}

export function mapOf(value: Type): Type {
  return { kind: 'map', value };
}

/** A type of the engine. */
export function typeOf(type: CelType): Type {
  switch (type.kind) {
    case 'list':
      return listOf(typeOf(type.element));
    case 'map':
      return mapOf(typeOf(type.value));
    case 'object':
      return { kind: 'message', name: type.name };
    default:
      return scalar(type.name);
  }
}

/** Whether a value of one type can be what a function takes; of what is not known, it can. */
export function fits(given: Type, wanted: Type): boolean {
  if (given.kind === 'dyn' || wanted.kind === 'dyn') return true;
  if (given.kind === 'list' && wanted.kind === 'list') return fits(given.element, wanted.element);
  if (given.kind === 'map' && wanted.kind === 'map') return fits(given.value, wanted.value);
  if (given.kind === 'record') return wanted.kind === 'map';
  return 'name' in given && 'name' in wanted && given.kind === wanted.kind && given.name === wanted.name;
}

const NUMBERS = new Set(['int', 'uint', 'double']);

/** Whether two values could be equal: numbers of all kinds can, and everything can be null. */
export function comparable(a: Type, b: Type): boolean {
  if (a.kind === 'scalar' && b.kind === 'scalar' && NUMBERS.has(a.name) && NUMBERS.has(b.name)) return true;
  return a === NULL || b === NULL || fits(a, b);
}

/** What is known of a value that has one of several types. */
export function join(types: readonly Type[]): Type {
  const [first, ...rest] = types;
  return first !== undefined && rest.every((type) => formatType(type) === formatType(first)) ? first : DYN;
}

export function formatType(type: Type): string {
  switch (type.kind) {
    case 'dyn':
      return 'dyn';
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(string, ${formatType(type.value)})`;
    default:
      return type.name.replace(/^kubernetes\.|^google\.protobuf\./, '');
  }
}
