import { type Caller, callerKey } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { partyOf } from './seats.ts';

/** What two questions have alike that a no to one is meant for the other: the same person, or caller, the same verb, on the same object. As text, not to be kept as it is. */
export function likeKey(caller: Caller, operation: Operation): string {
  const { target, namespace, verb, apiGroup, resource, subresource, name, body } = operation;
  const { person } = partyOf(caller);
  const { metadata } = (body?.object ?? {}) as { readonly metadata?: { readonly name?: unknown } };
  const named = name === '' && typeof metadata?.name === 'string' ? metadata.name : name;
  const who = person === undefined ? ['caller', callerKey(caller)] : ['person', person];
  return JSON.stringify(['like', who, target, namespace, verb, apiGroup, resource, subresource, named]);
}
