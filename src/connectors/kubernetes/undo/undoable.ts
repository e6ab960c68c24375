import type { Operation } from '../../../model/operation.ts';
import type { UndoForeseen } from '../../../model/way-back.ts';
import { valueAt } from '../preview/json-at.ts';

/** The name of the object that an operation is about, also where it makes it; empty: the target makes one up, or there is none. */
export function objectName({ name, body }: Operation): string {
  if (name !== '') return name;
  const said = valueAt(body?.object ?? {}, 'metadata', 'name');
  return typeof said === 'string' ? said : '';
}

/** Whether a change to one object could be undone by what it was before, and what would not come back. */
export function undoable(operation: Operation): UndoForeseen {
  const { isResourceRequest, isChange, verb, resource, subresource, stream, options } = operation;
  if (!isResourceRequest || !isChange) return none('it changes no object');
  if (options.isDryRun) return none('a dry run stores nothing');
  if (stream !== undefined) return none('what a program does is not undone');
  if (verb === 'deletecollection') return none('it deletes what its selector finds, and only single objects are kept');
  if (subresource !== '' && subresource !== 'scale')
    return none(`what is done by \`${resource}/${subresource}\` is no state of the object alone`);
  if (objectName(operation) === '') return none('the target makes up the name of what it makes');
  return { kind: 'some', lost: lostBy(operation) };
}

function none(why: string): UndoForeseen {
  return { kind: 'none', why };
}

/** What does not come back with the object itself. */
export function lostBy({
  verb,
  apiGroup,
  resource,
}: Pick<Operation, 'verb' | 'apiGroup' | 'resource'>): readonly string[] {
  const kind = `${resource}.${apiGroup}`;
  if (verb === 'create') return ['what was made because of it may stay'];
  if (verb !== 'delete') return ['its status, and what its controllers did meanwhile'];
  return [
    'it is another object, with another uid: what it owned does not come back with it',
    ...(LOST_WITH[kind] ?? []),
  ];
}

const LOST_WITH: Readonly<Record<string, readonly string[]>> = {
  'namespaces.': ['all that was in it'],
  'pods.': ['what ran in it, and its logs'],
  'persistentvolumeclaims.': ['its data, unless its volume is kept (`Retain`) and bound again by hand'],
  'persistentvolumes.': ['its binding, and its data where it is reclaimed'],
  'customresourcedefinitions.apiextensions.k8s.io': ['all objects of its kind'],
  'serviceaccounts.': ['tokens that were made for it'],
  'services.': ['addresses and ports that others have taken meanwhile'],
  'jobs.batch': ['what it had done: it runs again'],
};
