/* What every guard asks of an operation: of which kind it is, and whether it changes or takes away something of it. */
import type { Operation } from '../../model/operation.ts';
import { leavesOutFinalizers } from '../finalizers.ts';
import type { Question } from '../question.ts';
import { NO, or, type Truth, truth, unsaid, YES } from '../truth.ts';
import { isWrite } from './written.ts';

/** Whether the operation is on one of these resources, or their subresources, of a group. */
export function isKind(
  { isResourceRequest, apiGroup, resource }: Operation,
  group: string,
  ...resources: readonly string[]
): boolean {
  return isResourceRequest && apiGroup === group && resources.includes(resource);
}

/** A write, a delete, or what equals one. */
export function changes(question: Question): Truth {
  return or(truth(isWrite(question.operation)), deletes(question));
}

/** A delete or what equals one; where an access review asks, the body of an update or patch could. */
export function deletes({ operation, facts, unsaid: open }: Question): Truth {
  const { verb, equals } = operation;
  if (verb === 'delete' || verb === 'deletecollection' || equals.length > 0) return YES;
  if (open === undefined) return leavesOutFinalizers(operation, facts);
  return verb === 'update' || verb === 'patch' ? unsaid('body') : NO;
}
