import type { JsonObject } from '../../model/operation.ts';
import { objectsIn } from '../json.ts';
import type { Question } from '../question.ts';
import { NO, or, type Truth } from '../truth.ts';
import { deletes, isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';
import { bringsIn } from './written.ts';

export const deletionsGuard: Guard = {
  id: 'deletions',
  reason:
    'what goes with a namespace, a custom resource definition, a persistent volume or a node does not come back by itself',
  advice: 'have a person do it; to empty a node, evict its pods one by one, as `kubectl drain` does',
  covers:
    'by an autonomous caller, but as a dry run: delete, and what equals it, of namespaces and OpenShift’s projects, custom resource definitions, persistent volumes and nodes; an update or patch that brings in a taint `NoExecute`, which ends every pod of a node',
  stops: { method: 'DELETE', uri: '/api/v1/namespaces/shop' },
  passes: { method: 'DELETE', uri: '/api/v1/namespaces/shop', caller: 'person' },
  test: (question) => {
    const { caller, operation } = question;
    if (caller.kind !== 'autonomous' || operation.options.isDryRun) return NO;
    const isNode = isKind(operation, '', 'nodes');
    const isLasting =
      isNode ||
      isKind(operation, '', 'namespaces', 'persistentvolumes') ||
      isKind(operation, 'apiextensions.k8s.io', 'customresourcedefinitions') ||
      isKind(operation, 'project.openshift.io', 'projects');
    if (!isLasting) return NO;
    return isNode ? or(deletes(question), taints(question)) : deletes(question);
  },
};

function taints(question: Question): Truth {
  const { verb, subresource } = question.operation;
  if (subresource !== '' || verb === 'create') return NO;
  return bringsIn(question, ['spec'], evicts);
}

/** Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
function evicts(spec: JsonObject): boolean {
  return objectsIn(spec.taints).some(({ effect }) => effect === 'NoExecute');
}
