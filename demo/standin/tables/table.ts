/** A list or an object as a table (meta.k8s.io/v1), which is how kubectl gets what it prints by default. */

import { readFileSync } from 'node:fs';
import { type Kind, resourceName } from '../kinds.ts';
import { type Json, type JsonObject, type KubeObject, listAt, numberAt, textAt, valueAt } from '../object.ts';
import { cellsOf, created, name } from './cells.ts';
import { age } from './duration.ts';

const recorded: { readonly [resource: string]: readonly JsonObject[] } = JSON.parse(
  readFileSync(new URL('../data/columns.json', import.meta.url), 'utf8'),
);

/** What stands beside the cells of a row: the object's metadata (the default), all of it, or nothing. */
export type IncludeObject = 'Metadata' | 'Object' | 'None';

export function tableOf(
  kind: Kind,
  value: JsonObject,
  include: IncludeObject,
  version: string,
  nowMs: number,
): JsonObject {
  const isList = Array.isArray(value.items);
  const objects = (isList ? listAt(value, 'items') : [value]) as readonly KubeObject[];
  const { resourceVersion, continue: next, remainingItemCount } = (value.metadata ?? {}) as JsonObject;
  const metadata = { resourceVersion, continue: next, remainingItemCount };
  const rows = objects.map((object) => ({
    cells: cells(kind, object, nowMs),
    object: included(object, include, version),
  }));
  return { kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions: columns(kind), rows };
}

/** An object's name and metadata, and nothing of what it says. */
export function partialOf(object: KubeObject, version = 'v1'): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

function included(object: KubeObject, include: IncludeObject, version: string): Json {
  if (include === 'None') return null;
  return include === 'Object' ? object : partialOf(object, version);
}

function columns(kind: Kind): readonly JsonObject[] {
  const own = recorded[resourceName(kind)];
  if (own !== undefined) return own;
  const [nameColumn, ageColumn] =
    recorded.serviceaccounts === undefined ? [] : [recorded.serviceaccounts[0], recorded.serviceaccounts.at(-1)];
  if (nameColumn === undefined || ageColumn === undefined) return [];
  const extra = kind.custom?.columns ?? [];
  if (extra.length === 0) return [nameColumn, ageColumn];
  return [
    nameColumn,
    ...extra.map((column) => ({
      name: textAt(column, 'name'),
      type: textAt(column, 'type'),
      format: textAt(column, 'format'),
      description:
        textAt(column, 'description') ||
        `Custom resource definition column (in JSONPath format): ${textAt(column, 'jsonPath')}`,
      priority: numberAt(column, 'priority'),
    })),
  ];
}

function cells(kind: Kind, object: KubeObject, nowMs: number): readonly Json[] {
  const own = cellsOf[resourceName(kind)];
  if (own !== undefined) return own(object, nowMs);
  const extra = kind.custom?.columns ?? [];
  if (extra.length === 0) return [name(object), created(object, nowMs)];
  return [
    name(object),
    ...extra.map((column) => {
      const value = valueAt(object, ...textAt(column, 'jsonPath').replace(/^\./, '').split('.')) ?? null;
      return column.type === 'date' && typeof value === 'string' ? age(value, nowMs) : value;
    }),
  ];
}
