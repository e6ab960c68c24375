/**
 * The objects, their revisions, and what happened: an append-only list of changes, from which watches are fed and earlier states are
 * found. A list at an exact revision, or the next page of one, is therefore a true snapshot and not what happens to be there now.
 *
 * Limit: `changesMax` changes are kept; a revision before them is answered with 410 Expired, as etcd's compaction does.
 */

import { randomUUID } from 'node:crypto';
import type { Kind } from './kinds.ts';
import { resourceName } from './kinds.ts';
import { isEqual, type KubeObject } from './object.ts';
import { expired, StatusError } from './status.ts';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly resource: string;
  readonly key: string;
  /** The state after the change; of a deletion, the last state, at the revision of the deletion. */
  readonly object: KubeObject;
  readonly before: KubeObject | undefined;
}

type Listener = (change: Change) => void;

export class Store {
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<Listener>();
  readonly #changesMax: number;
  #changes: Change[] = [];
  #compacted = 0;
  #revision = 1;

  constructor(changesMax = 10_000) {
    this.#changesMax = changesMax;
  }

  get revision(): number {
    return this.#revision;
  }

  get(kind: Kind, namespace: string, name: string): KubeObject | undefined {
    const found = this.#objects.get(resourceName(kind))?.get(keyOf(namespace, name));
    return found === undefined ? undefined : inVersion(kind, found);
  }

  /** The objects of a kind in the order of their keys; `''` for all namespaces. */
  list(kind: Kind, namespace = ''): readonly KubeObject[] {
    return this.#sorted(kind, this.#objects.get(resourceName(kind)) ?? new Map(), namespace);
  }

  /**
   * The objects as they were at a revision.
   *
   * @throws {StatusError} 410 where the changes since are no longer known, 504 where the revision has not been
   */
  listAt(kind: Kind, namespace: string, revision: number): readonly KubeObject[] {
    this.reaches(revision);
    if (revision < this.#compacted)
      throw expired(`The provided continue parameter is too old to display a consistent list result.`);
    const state = new Map(this.#objects.get(resourceName(kind)) ?? []);
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const change = this.#changes[index];
      if (change === undefined || change.revision <= revision) break;
      if (change.resource !== resourceName(kind)) continue;
      if (change.before === undefined) state.delete(change.key);
      else state.set(change.key, change.before);
    }
    return this.#sorted(kind, state, namespace);
  }

  /** @throws {StatusError} 504 where the revision has not been */
  reaches(revision: number): void {
    if (revision <= this.#revision) return;
    throw new StatusError(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${revision}, current: ${this.#revision}`,
      {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    );
  }

  /** What happened to a kind after a revision; undefined where that is no longer known. */
  changesSince(kind: Kind, revision: number): readonly Change[] | undefined {
    if (revision < this.#compacted) return undefined;
    return this.#changes.filter((change) => change.revision > revision && change.resource === resourceName(kind));
  }

  /** Keeps an object under the next revision; an unchanged object keeps its revision and nothing is told. */
  put(kind: Kind, object: KubeObject): KubeObject {
    const { name = '', namespace = '' } = object.metadata;
    const key = keyOf(namespace, name);
    const all = this.#objects.get(resourceName(kind)) ?? new Map<string, KubeObject>();
    const before = all.get(key);
    if (before !== undefined && isUnchanged(before, object)) return inVersion(kind, before);
    this.#revision += 1;
    const kept: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: object.metadata.uid ?? randomUUID(),
        resourceVersion: String(this.#revision),
      },
    };
    all.set(key, kept);
    this.#objects.set(resourceName(kind), all);
    this.#tell({
      type: before ? 'MODIFIED' : 'ADDED',
      revision: this.#revision,
      resource: resourceName(kind),
      key,
      object: kept,
      before,
    });
    return inVersion(kind, kept);
  }

  /** Takes an object away; what is returned is its last state, at the revision of the deletion. */
  remove(kind: Kind, namespace: string, name: string): KubeObject | undefined {
    const key = keyOf(namespace, name);
    const before = this.#objects.get(resourceName(kind))?.get(key);
    if (before === undefined) return undefined;
    this.#objects.get(resourceName(kind))?.delete(key);
    this.#revision += 1;
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(this.#revision) } };
    this.#tell({ type: 'DELETED', revision: this.#revision, resource: resourceName(kind), key, object, before });
    return inVersion(kind, object);
  }

  /** Tells each change, after it is kept, in order; returns the way to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length > this.#changesMax) {
      const dropped = this.#changes.splice(0, Math.ceil(this.#changesMax / 2));
      this.#compacted = dropped.at(-1)?.revision ?? this.#compacted;
    }
    for (const listener of [...this.#listeners]) listener(change);
  }

  #sorted(kind: Kind, state: ReadonlyMap<string, KubeObject>, namespace: string): readonly KubeObject[] {
    const keys = [...state.keys()].filter((key) => namespace === '' || key.startsWith(`${namespace}/`)).sort();
    return keys.map((key) => inVersion(kind, state.get(key) as KubeObject));
  }
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function isUnchanged(before: KubeObject, after: KubeObject): boolean {
  const resourceVersion = before.metadata.resourceVersion ?? '';
  return isEqual(before, { ...after, metadata: { ...after.metadata, resourceVersion } });
}

/** Kinds that have several versions here (custom ones) differ in nothing but the version that they say. */
function inVersion(kind: Kind, object: KubeObject): KubeObject {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}
