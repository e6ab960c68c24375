/*
 * What stands at a place of a built-in kind, by the fields that Kubernetes' own types have: so that a mask of a place that no object has, or of a boolean, is told before it is relied on.
 */
import { kindMessage, message } from './protobuf-schema.ts';

/** What may stand at a place: something with values below it is `any`. */
export type TypeAt = 'text' | 'number' | 'boolean' | 'any';

/** A value: of a scalar type or a message, in lists or mappings or alone. */
interface Value {
  readonly type: string;
  readonly container: 'none' | 'list' | 'map';
}

const numbers: ReadonlySet<string> = new Set(['int32', 'int64', 'double']);
/** Types whose JSON has any form. */
const free: ReadonlySet<string> = new Set(['Raw', 'SchemaOrBool', 'SchemaOrArray', 'SchemaOrStrings']);

/**
 * What may stand at the places that steps name, `*` and `**` among them; nothing where no object of the kind has such a place. Undefined for a kind that is not built in.
 */
export function typesAt(apiVersion: string, kind: string, steps: readonly string[]): ReadonlySet<TypeAt> | undefined {
  const name = kindMessage(apiVersion, kind);
  if (name === undefined) return undefined;
  const found = new Set<TypeAt>();
  // Whatever is there says so of itself, though the types leave it out.
  if (steps.length === 1 && /^(?:apiVersion|kind)$/.test(steps[0] as string)) found.add('text');
  walk({ type: name, container: 'none' }, steps, 0, found, new Set());
  return found;
}

function walk(value: Value, steps: readonly string[], at: number, found: Set<TypeAt>, seen: Set<string>): void {
  const id = `${value.type} ${value.container} ${at}`;
  if (seen.has(id)) return;
  seen.add(id);
  if (at === steps.length) {
    found.add(typeOf(value));
    return;
  }
  const step = steps[at] as string;
  if (step === '**') walk(value, steps, at + 1, found, seen);
  const next = step === '**' ? at : at + 1;
  if (value.container === 'none' && free.has(value.type)) {
    found.add('any');
    return;
  }
  for (const [key, child] of childrenOf(value))
    if (step === '**' || isMatched(step, key)) walk(child, steps, next, found, seen);
}

function typeOf({ type, container }: Value): TypeAt {
  if (container !== 'none' || free.has(type) || isMessage(type)) return 'any';
  if (type === 'bool') return 'boolean';
  return numbers.has(type) ? 'number' : 'text';
}

/** Stand for the index of any element of a list, and for any key of a mapping. */
const anyIndex = Symbol('any index');
const anyKey = Symbol('any key');
type Key = string | typeof anyIndex | typeof anyKey;

/** What is below a value, by key. */
function childrenOf({ type, container }: Value): readonly (readonly [Key, Value])[] {
  if (container !== 'none') return [[container === 'list' ? anyIndex : anyKey, { type, container: 'none' }]];
  if (!isMessage(type)) return [];
  return message(type).fields.flatMap((field) => {
    if (field.shape === 'inline') return childrenOf({ type: field.type, container: 'none' });
    // A message that is a list in JSON.
    if (field.shape === 'list') return [[anyIndex, { type: field.type, container: 'none' }]];
    const inside = field.shape.endsWith('[]') ? 'list' : field.shape.endsWith('{}') ? 'map' : 'none';
    return [[field.key, { type: field.type, container: inside }]];
  });
}

function isMessage(type: string): boolean {
  return type.includes('/');
}

/** Whether a step may mean a key. */
function isMatched(step: string, key: Key): boolean {
  if (key === anyKey || step === '*') return true;
  if (key === anyIndex) return /^\d+$/.test(step);
  if (!step.includes('*')) return step === key;
  const pieces = step.split('*').map((piece) => piece.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`).test(key);
}
