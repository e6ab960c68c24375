import type { JsonObject } from '../../model/operation.ts';
import { isObject } from '../json.ts';
import { isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';
import { isSet } from './pod-dangers.ts';
import { podMetadataIs } from './workloads.ts';
import { bringsIn } from './written.ts';

/**
 * Annotations by which a service account is given an identity of its cloud.
 *
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html,
 * https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity, https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
 */
const OF_ACCOUNTS = [
  'eks.amazonaws.com/role-arn',
  'iam.gke.io/gcp-service-account',
  'azure.workload.identity/client-id',
  'azure.workload.identity/tenant-id',
];

/** Annotations and labels by which a pod is given one itself, of kube2iam, kiam and AAD pod identity. */
const OF_PODS = ['iam.amazonaws.com/role', 'aadpodidbinding'];

export const cloudIdentityGuard: Guard = {
  id: 'cloud-identity',
  reason: 'its pods would have powers in the cloud that no rule here has given',
  advice: 'have the service account made, with its role, by who runs the cluster, and name it under `serviceAccounts`',
  covers: `create, update and patch of service accounts that brings in an annotation ${listed(OF_ACCOUNTS)}; create, update and patch of pods and of what makes them with an annotation or label ${listed(OF_PODS)}`,
  stops: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/serviceaccounts/builder',
    mediaType: 'application/merge-patch+json',
    body: { metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/admin' } } },
  },
  passes: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/serviceaccounts/builder',
    mediaType: 'application/merge-patch+json',
    body: { metadata: { annotations: { 'example.com/owner': 'shop' } } },
  },
  test: (question, context) =>
    isKind(question.operation, '', 'serviceaccounts') && question.operation.subresource === ''
      ? bringsIn(question, ['metadata', 'annotations'], (annotations) => hasAny(annotations, OF_ACCOUNTS))
      : podMetadataIs(question, context, ({ annotations, labels }) =>
          [annotations, labels].some((each) => isObject(each) && hasAny(each, OF_PODS)),
        ),
};

function hasAny(object: JsonObject, keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(object, key) && isSet(object[key]));
}

function listed(keys: readonly string[]): string {
  return keys.map((key) => `\`${key}\``).join(', ');
}
