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

/** Every key below a schema, those of list items and of alternatives among them, in the order of the schema. */
export function* keysOf(schema: Schema, prefix: string, isBuilt = true): Generator<Row> {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const isRequired = schema.required?.includes(name) ?? false;
    const inner = property.items ?? property;
    const parts = [inner, ...(inner.anyOf ?? [])].filter(({ properties }) => properties !== undefined);
    if (parts.length === 0 || property.description !== undefined) {
      const said = what(property);
      yield { key, what: isBuilt ? said : `Not built yet. ${said}`.trim(), fallback: fallback(property, isRequired) };
    }
    const isPartBuilt = isBuilt && !(property.description ?? '').startsWith('Not built yet');
    for (const part of parts) yield* keysOf(part, property.items === undefined ? key : `${key}[]`, isPartBuilt);
  }
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
