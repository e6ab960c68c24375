/**
 * The OpenAPI schemas of the kinds that are served, and the few questions that the rest asks of them: what a field is, how a list is keyed.
 *
 * One source for validation, strategic merge, field ownership and explain, so that no table of ours can disagree with Kubernetes' own.
 */

import { readFileSync } from 'node:fs';

export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: { readonly [field: string]: Schema };
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
}

/** Schemas by their name in the OpenAPI documents. */
export const schemas: { readonly [name: string]: Schema } = JSON.parse(
  readFileSync(new URL('data/schemas.json', import.meta.url), 'utf8'),
);

export const metadataSchemaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const byKind = new Map<string, string>();
for (const [name, schema] of Object.entries(schemas)) {
  for (const each of schema['x-kubernetes-group-version-kind'] ?? []) {
    const key = `${each.group}/${each.version}/${each.kind}`;
    // Options such as DeleteOptions are listed under each group; the schema is the same one.
    if (!byKind.has(key)) byKind.set(key, name);
  }
}

/** The name of a built-in kind's schema. */
export function schemaNameOf(group: string, version: string, kind: string): string | undefined {
  return byKind.get(`${group}/${version}/${kind}`);
}

/** The schema that a reference stands for, with what is said beside the reference kept. */
export function resolved(schema: Schema | undefined): Schema | undefined {
  if (schema === undefined) return undefined;
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference === undefined) return schema;
  const target = schemas[reference.slice('#/components/schemas/'.length)];
  const { $ref: _, allOf: __, ...beside } = schema;
  return target === undefined ? undefined : { ...target, ...beside };
}

/** The schema of a field; undefined where the field is not known. */
export function fieldSchema(schema: Schema | undefined, field: string): Schema | undefined {
  const whole = resolved(schema);
  const named = whole?.properties;
  if (named !== undefined && Object.hasOwn(named, field)) return resolved(named[field]);
  return typeof whole?.additionalProperties === 'object' ? resolved(whole.additionalProperties) : undefined;
}

export function itemSchema(schema: Schema | undefined): Schema | undefined {
  return resolved(resolved(schema)?.items);
}

/** How an object of this schema takes a field that it does not name. */
export function takesUnknown(schema: Schema | undefined): boolean {
  const whole = resolved(schema);
  if (whole === undefined) return true;
  if (whole['x-kubernetes-preserve-unknown-fields'] === true || whole.additionalProperties === true) return true;
  return whole.type === 'object' ? whole.properties === undefined : whole.type === undefined;
}
