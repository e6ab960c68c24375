/* A question for each point of a space: what `decide` would be asked by one of the callers, for one of the requests, that the point stands for. */
import type { Caller } from '../../model/caller.ts';
import type { Equivalent, Operation } from '../../model/operation.ts';
import type { Question } from '../question.ts';
import type { ClassSet } from './partition.ts';
import type { Space, What } from './space.ts';

/** One class of each dimension, as a set of one; a dimension that is not there is its first class. */
export type Point = ReadonlyMap<string, ClassSet>;

/** The question that a point stands for, without a body, facts and options. */
export function witness(space: Space, point: Point): Question {
  return { caller: callerOf(space, point), operation: operationOf(space, point), facts: {}, nowMs: 0 };
}

function callerOf(space: Space, point: Point): Caller {
  const labels = [...space.labels].flatMap(([key, { witnesses }]) => {
    const set = point.get(`label:${key}`) ?? 1n;
    return set === 1n ? [] : [[key, witnesses[indexOf(set >> 1n)] as string] as const];
  });
  return {
    subject: at(space.subjects.witnesses, point.get('subject')),
    groups: space.groups.filter((group) => point.get(`group:${group}`) === 2n),
    issuer: at(space.issuers.witnesses, point.get('issuer')),
    kind: point.get('kind') === 2n ? 'person' : 'autonomous',
    labels: Object.fromEntries(labels),
    tokenEndsAt: 0,
    tokenDigest: '',
  };
}

function operationOf(space: Space, point: Point): Operation {
  const what = space.whats[indexOf(point.get('what') ?? 1n)] as What;
  const fields = what.isResource
    ? { ...what, path: '' }
    : { ...what, apiGroup: '', resource: '', subresource: '', power: undefined };
  return {
    target: at(space.targets.witnesses, point.get('target')),
    isResourceRequest: what.isResource,
    path: fields.path,
    verb: what.verb,
    apiPrefix: '',
    apiGroup: fields.apiGroup,
    apiVersion: 'v1',
    namespace: at(space.names.witnesses, point.get('namespace')),
    resource: fields.resource,
    subresource: fields.subresource,
    name: at(space.names.witnesses, point.get('name')),
    parts: [],
    fieldSelector: '',
    labelSelector: '',
    power: fields.power,
    equals: equalsOf(what),
    isChange: !['get', 'list', 'watch', 'head'].includes(what.verb),
    isStream: what.verb === 'watch' || fields.power !== undefined,
    isSecret: false,
    query: new Map(),
    options: { isDryRun: false },
    stream: undefined,
    body: undefined,
  };
}

/** What equals a delete by its path and verb alone. */
function equalsOf(what: What): readonly Equivalent[] {
  if (!what.isResource) return [];
  const { verb, apiGroup, resource, subresource } = what;
  if (verb === 'deletecollection') return ['deletecollection'];
  if (apiGroup !== '') return [];
  if (resource === 'pods' && subresource === 'eviction' && verb === 'create') return ['eviction'];
  const isWrite = verb === 'update' || verb === 'patch' || verb === 'create';
  return resource === 'namespaces' && subresource === 'finalize' && isWrite ? ['finalizers'] : [];
}

function at(witnesses: readonly string[], set: ClassSet | undefined): string {
  return witnesses[indexOf(set ?? 1n)] as string;
}

function indexOf(set: ClassSet): number {
  return set.toString(2).length - 1;
}
