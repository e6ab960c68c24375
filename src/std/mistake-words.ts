/**
 * What a schema's mistakes are called, for whoever wrote the document: a `safeParse` is given `{ error: mistakeWords }`. What a schema says of a field
 * itself goes first. A value is never told, since it may be a credential.
 */
import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

/**
 * One lower-case sentence without a final stop: what was expected, and whether it is missing or of which type it is instead. Of unknown keys a line each, in
 * their order, with the known key that was meant, where one is near. Undefined for what has no words of ours.
 */
export function mistakeWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, keysLeft(issue))).join('\n');
    case 'invalid_type':
      return expected(TYPES[issue.expected] ?? issue.expected, issue.input, TYPES[typeOf(issue.input)]);
    case 'invalid_value':
      return expected(oneOf(issue.values.map((value) => `\`${String(value)}\``)), issue.input);
    case 'too_small':
      return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `expected ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit(issue.origin, issue.maximum)}`;
    default:
      return undefined;
  }
}

function expected(what: string, input: unknown, got?: string): string {
  if (input === undefined) return `missing; expected ${what}`;
  return got === undefined || got === what ? `expected ${what}` : `expected ${what}, got ${got}`;
}

function typeOf(input: unknown): string {
  if (input === null) return 'null';
  return Array.isArray(input) ? 'array' : Number.isNaN(input) ? 'nan' : typeof input;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : `one of ${values.join(', ')}`;
}

function unit(origin: string, count: number | bigint): string {
  const one = Number(count) === 1;
  if (origin === 'string') return one ? ' character' : ' characters';
  return origin === 'array' || origin === 'set' ? (one ? ' item' : ' items') : '';
}

function unknownKey(key: string, known: readonly string[]): string {
  const shown = JSON.stringify(key).slice(1, -1);
  const meant = nearest(key, known);
  return `unknown key \`${shown}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`;
}

/** The keys that the schema knows and the document has not. */
function keysLeft({ inst, input }: Issue): readonly string[] {
  const definition = inst?._zod.def as { readonly shape?: object } | undefined;
  return Object.keys(definition?.shape ?? {}).filter((key) => !Object.hasOwn(input as object, key));
}

/** The known key that is one slip away, in a longer one two; undefined where none is. */
function nearest(key: string, known: readonly string[]): string | undefined {
  // Limit: what is compared is as long as keys are.
  if (key.length > 40) return undefined;
  const slipsMax = key.length < 6 ? 1 : 2;
  const [first] = known
    .map((name) => ({ name, slips: slipsBetween(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ slips }) => slips <= slipsMax)
    .sort((a, b) => a.slips - b.slips);
  return first?.name;
}

/** How many letters are left out, put in, changed, or changed with the next. Source: optimal string alignment distance */
function slipsBetween(a: string, b: string): number {
  let older: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (older[j - 2] as number) + 1 : changed;
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, changed, swapped));
    }
    older = row;
    row = next;
  }
  return row[b.length] as number;
}
