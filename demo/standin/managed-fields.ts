/**
 * Who last set which field. Every write leaves its manager as the owner of what it changed; an apply owns what it names, whether it
 * changed it or not. Only kinds with a schema are kept apart by field; without one everything is free-form, lists whole.
 */

import { changedFields, type FieldSet, fieldsOf, fromFieldsV1, toFieldsV1 } from './field-set.ts';
import { at, type Json, type KubeObject, textAt, timestamp } from './object.ts';
import type { Schema } from './schema.ts';

export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource: string;
}

export interface Owned {
  readonly manager: Manager;
  readonly apiVersion: string;
  readonly time: string;
  readonly fields: FieldSet;
}

export function ownersOf(object: KubeObject | undefined): readonly Owned[] {
  return (object?.metadata.managedFields ?? []).map((entry) => ({
    manager: {
      name: textAt(entry, 'manager'),
      operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
      subresource: textAt(entry, 'subresource'),
    },
    apiVersion: textAt(entry, 'apiVersion'),
    time: textAt(entry, 'time'),
    fields: fromFieldsV1(at(entry, 'fieldsV1')),
  }));
}

export function isSameManager(a: Manager, b: Manager): boolean {
  return a.name === b.name && a.operation === b.operation && a.subresource === b.subresource;
}

/** The object with its owners written down; those that own nothing any more are left out. */
export function withOwners(object: KubeObject, owners: readonly Owned[]): KubeObject {
  const entries = owners
    .filter((owned) => owned.fields.size > 0)
    .sort((a, b) => rank(a) - rank(b) || compare(a.time, b.time) || compare(a.manager.name, b.manager.name))
    .map(({ manager, apiVersion, time, fields }) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
    }));
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: entries.length === 0 ? metadata : { ...metadata, managedFields: entries } };
}

/** After a create, an update or a patch: the manager owns what changed, and nobody else does. */
export function afterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  schema: Schema | undefined,
  manager: Manager,
  nowMs: number,
): KubeObject {
  const old = before === undefined ? new Map<string, Json>() : fieldsOf(before, schema, true);
  const now = fieldsOf(after, schema, true);
  const changed = changedFields(old, now);
  const taken = new Set([...old.keys()].filter((key) => !now.has(key) || changed.has(key)));
  const owners = ownersOf(before).map((owned) => ({ ...owned, fields: minus(owned.fields, taken) }));
  if (changed.size === 0 && taken.size === 0) return withOwners(after, owners);
  const mine = owners.find((owned) => isSameManager(owned.manager, manager));
  const others = owners.filter((owned) => owned !== mine);
  const fields = new Set([...(mine?.fields ?? []), ...changed]);
  return withOwners(after, [...others, { manager, apiVersion: after.apiVersion, time: timestamp(nowMs), fields }]);
}

export function minus(fields: FieldSet, taken: FieldSet): FieldSet {
  return new Set([...fields].filter((key) => !taken.has(key)));
}

function rank(owned: Owned): number {
  return owned.manager.operation === 'Apply' ? 0 : 1;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
