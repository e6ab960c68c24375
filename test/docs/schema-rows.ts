import { NOT_BUILT } from '../../src/config/not-built.ts';

/** A JSON Schema, as far as the reference pages read one. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
}

/** One key of a document. */
export interface Row {
  readonly key: string;
  readonly what: string;
  readonly fallback: string;
}

/** Every key below a schema, those of list items and of alternatives among them, in the order of the schema; of what is not built yet the key alone, since nothing within it is taken. */
export function* keysOf(schema: Schema, prefix: string): Generator<Row> {
  const all = Object.entries(schema.properties ?? {});
  const notBuilt = all.filter(([name, property]) => isNotBuilt(property) && schema.required?.includes(name));
  for (const [name, property] of notBuilt.length > 0 ? notBuilt : all) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const isRequired = notBuilt.length === 0 && (schema.required?.includes(name) ?? false);
    const inner = property.items ?? property;
    const parts = [inner, ...(inner.anyOf ?? [])].filter(({ properties }) => properties !== undefined);
    if (parts.length === 0 || property.description !== undefined)
      yield { key, what: what(property), fallback: fallback(property, isRequired) };
    if (isNotBuilt(property)) continue;
    for (const part of parts) yield* keysOf(part, property.items === undefined ? key : `${key}[]`);
  }
}

/** Whether a key is refused, whatever it says, until its part of the gateway is there. */
export function isNotBuilt({ description }: Schema): boolean {
  return description?.startsWith(NOT_BUILT) ?? false;
}

function what({ description, enum: values, const: only, items }: Schema): string {
  if (only !== undefined && description === undefined) return `\`${String(only)}\``;
  const listed = values ?? items?.enum;
  const choices = listed === undefined ? '' : ` (${listed.map((value) => `\`${String(value)}\``).join(' or ')})`;
  return `${(description ?? '').replaceAll('|', '\\|')}${choices}`;
}

function fallback({ default: value }: Schema, isRequired: boolean): string {
  if (isRequired) return 'required';
  return value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0)
    ? ''
    : `\`${JSON.stringify(value)}\``;
}
