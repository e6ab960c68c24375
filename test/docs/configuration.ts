import { z } from 'zod';
import { configSchema } from '../../src/config/schema.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

/** The reference page of the configuration, out of the schema that parses it. */
export function configurationPage(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input' }) as Schema;
  const rows = [...keysOf(schema, '')];
  return `# Configuration: sallyport.yaml

Every key of the file that \`sallyport gateway --config FILE\` reads. Unknown keys are mistakes; every mistake is listed at once, with file, line and column.
Paths are relative to the file they stand in. Sizes are in bytes, times in milliseconds. \`sallyport init\` writes a first file with comments.

This page is made from the schema that parses the file (\`npm run docs\` writes it; a test keeps the two equal).

| key | what it is | default |
|---|---|---|
${rows.map(({ key, what, fallback }) => `| \`${key}\` | ${what} | ${fallback} |`).join('\n')}

What stands under \`unsafe:\` opens a way out of the gateway; it is named in the log at each start and counted in \`sallyport_unsafe_options\`. The guards it can
name are in [guards.md](guards.md).
`;
}

interface Row {
  readonly key: string;
  readonly what: string;
  readonly fallback: string;
}

function* keysOf(schema: Schema, prefix: string): Generator<Row> {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const isRequired = schema.required?.includes(name) ?? false;
    const inner = property.items?.properties === undefined ? property : property.items;
    if (inner.properties === undefined || property.description !== undefined)
      yield { key, what: what(property), fallback: fallback(property, isRequired) };
    if (inner.properties !== undefined) yield* keysOf(inner, property.items === undefined ? key : `${key}[]`);
  }
}

function what({ description, enum: values, const: only }: Schema): string {
  if (only !== undefined) return `\`${String(only)}\``;
  const choices = values === undefined ? '' : ` (${values.map((value) => `\`${String(value)}\``).join(' or ')})`;
  return `${(description ?? '').replaceAll('|', '\\|')}${choices}`;
}

function fallback({ default: value }: Schema, isRequired: boolean): string {
  if (isRequired) return 'required';
  return value === undefined || (typeof value === 'object' && Object.keys(value as object).length === 0)
    ? ''
    : `\`${JSON.stringify(value)}\``;
}
