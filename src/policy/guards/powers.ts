import type { JsonObject, Operation } from '../../model/operation.ts';
import { at, objectsIn } from '../json.ts';
import type { Question } from '../question.ts';
import { type Reading, readings } from '../reading.ts';
import { and, missing, NO, or, type Truth, truth, unsaid, YES } from '../truth.ts';
import type { Guard } from './guard.ts';
import { isSet } from './pod-dangers.ts';
import { tokenSecretsTest } from './workloads.ts';
import { anyOf, isWrite, writes } from './written.ts';

function isKind(
  { isResourceRequest, apiGroup, resource }: Operation,
  group: string,
  ...resources: readonly string[]
): boolean {
  return isResourceRequest && apiGroup === group && resources.includes(resource);
}

/** A delete or what equals one; where an access review asks, the body of an update or patch could. */
function deletes({ operation: { verb, equals }, unsaid: open }: Question): Truth {
  if (verb === 'delete' || verb === 'deletecollection' || equals.length > 0) return YES;
  return open !== undefined && (verb === 'update' || verb === 'patch') ? unsaid('body') : NO;
}

export const kubeletGuard: Guard = {
  id: 'kubelet',
  reason: 'the kubelet behind a node runs commands in any of its pods, whatever verb carries the request',
  advice: 'use `pods/exec`, `pods/log` or metrics.k8s.io, under rules of their own',
  covers: 'every verb on every subresource of `nodes` but `status`, `nodes/proxy` first',
  stops: { method: 'GET', uri: '/api/v1/nodes/n1/proxy/pods' },
  passes: { method: 'GET', uri: '/api/v1/nodes/n1' },
  test: ({ operation }) =>
    truth(
      operation.power === 'nodes-proxy' ||
        (isKind(operation, '', 'nodes') && operation.subresource !== '' && operation.subresource !== 'status'),
    ),
};

export const tokensGuard: Guard = {
  id: 'tokens',
  reason: 'a token of a service account goes round the gateway',
  advice: 'let the workload use the token that its pod is given',
  covers: '`serviceaccounts/token`; create, update and patch of secrets of type `kubernetes.io/service-account-token`',
  stops: {
    method: 'POST',
    uri: '/api/v1/namespaces/shop/serviceaccounts/builder/token',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  },
  passes: { method: 'GET', uri: '/api/v1/namespaces/shop/serviceaccounts/builder' },
  test: (question, context) =>
    anyOf([truth(question.operation.power === 'token'), tokenSecretsTest(question, context)]),
};

export const rbacGuard: Guard = {
  id: 'rbac',
  reason: 'writing roles and bindings gives powers that no rule here has given',
  advice: 'have roles and bindings applied by who runs the cluster',
  covers: 'create, update and patch of roles, cluster roles and their bindings; the verbs `escalate` and `bind`',
  stops: {
    method: 'POST',
    uri: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'b' } },
  },
  passes: { method: 'GET', uri: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/b' },
  test: ({ operation }) =>
    truth(
      operation.power === 'escalate' ||
        operation.power === 'bind' ||
        (isKind(
          operation,
          'rbac.authorization.k8s.io',
          'roles',
          'clusterroles',
          'rolebindings',
          'clusterrolebindings',
        ) &&
          isWrite(operation)),
    ),
};

export const certificatesGuard: Guard = {
  id: 'certificates',
  reason: 'a certificate that the cluster signs is an identity that goes round the gateway',
  advice: 'have certificates requested and approved by who runs the cluster',
  covers:
    'create, update and patch of certificate signing requests, their `approval` and `status`; the verbs `approve`, `sign`, `attest` of signers; create, update and patch of the ConfigMap `kube-system/extension-apiserver-authentication`, which says whose certificates aggregated servers believe',
  stops: {
    method: 'PUT',
    uri: '/apis/certificates.k8s.io/v1/certificatesigningrequests/r/approval',
    body: { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'r' } },
  },
  passes: { method: 'GET', uri: '/apis/certificates.k8s.io/v1/certificatesigningrequests/r' },
  test: (question) => {
    const { operation } = question;
    const isRequest = isKind(operation, 'certificates.k8s.io', 'certificatesigningrequests') && isWrite(operation);
    return anyOf([
      truth(operation.power === 'approval' || isRequest),
      isWrite(operation) ? changesConfigMap(question, 'extension-apiserver-authentication') : NO,
    ]);
  },
};

export const impersonationGuard: Guard = {
  id: 'impersonation',
  reason: 'who may impersonate is whoever it likes',
  advice: '',
  covers: 'the verb `impersonate` and those that begin with it; the headers are removed before anything is judged',
  stops: { method: 'POST', uri: '/api/v1/users/admin', verb: 'impersonate' },
  passes: { method: 'GET', uri: '/api/v1/namespaces/shop/serviceaccounts/builder' },
  test: ({ operation }) => truth(operation.power === 'impersonate' || operation.verb.startsWith('impersonate')),
};

export const admissionGuard: Guard = {
  id: 'admission',
  reason: 'webhooks and API services see, change or answer every request of the cluster',
  advice: 'have them applied by who runs the cluster',
  covers:
    'every change of webhook configurations and admission policies with their bindings, and of API services; create, update and patch of custom resource definitions that a webhook converts',
  stops: { method: 'DELETE', uri: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/guard' },
  passes: { method: 'GET', uri: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/guard' },
  test: (question, context) => {
    const { operation } = question;
    if (isKind(operation, 'apiextensions.k8s.io', 'customresourcedefinitions'))
      return writes(question, context, ['spec', 'conversion'], isByWebhook);
    const isHook =
      operation.isResourceRequest &&
      (operation.apiGroup === 'admissionregistration.k8s.io' ||
        isKind(operation, 'apiregistration.k8s.io', 'apiservices'));
    return and(truth(isHook), changes(question));
  },
};

/** Such a webhook is sent every object of the kind, and answers with what is stored or shown in its place. */
function isByWebhook({ strategy, webhook }: JsonObject): boolean {
  return strategy === 'Webhook' || isSet(webhook);
}

export const awsAuthGuard: Guard = {
  id: 'aws-auth',
  reason: 'the ConfigMap `aws-auth` says which AWS identities are administrators of the cluster',
  advice: 'have it changed by who runs the cluster',
  covers: 'every change of the ConfigMap `kube-system/aws-auth`, by name or as one of a collection',
  stops: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/kube-system/configmaps/aws-auth',
    mediaType: 'application/merge-patch+json',
    body: { data: { mapRoles: '' } },
  },
  passes: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/kube-system/configmaps/coredns',
    mediaType: 'application/merge-patch+json',
    body: { data: { Corefile: '' } },
  },
  test: (question) => changesConfigMap(question, 'aws-auth'),
};

/** The ConfigMaps of `kube-system` that guards know by name. */
export const GUARDED_CONFIG_MAPS = ['aws-auth', 'extension-apiserver-authentication'] as const;

/** Whether it changes this ConfigMap of `kube-system`, by name or as one of a collection. */
function changesConfigMap(question: Question, name: (typeof GUARDED_CONFIG_MAPS)[number]): Truth {
  const { operation, unsaid: open } = question;
  if (!isKind(operation, '', 'configmaps')) return NO;
  const isUnplaced = open?.namespace === true && operation.namespace === '';
  const place = isUnplaced ? unsaid('namespace') : truth(operation.namespace === 'kube-system');
  const reading = readings(operation, open)[0] as Reading;
  const isNamed = reading.isNameUnsaid ? unsaid('name') : truth(couldBe(reading, name));
  return and(and(place, changes(question)), isNamed);
}

/** A write, a delete, or what equals one. */
function changes(question: Question): Truth {
  return or(truth(isWrite(question.operation)), deletes(question));
}

function couldBe({ names, name }: Reading, wanted: string): boolean {
  return names === 'all' || (names === 'one' ? name === wanted : wanted.startsWith(names.prefix));
}

export const statusGuard: Guard = {
  id: 'status',
  reason: 'the status of nodes and pods is what their kubelet says, and others act on it',
  advice: '',
  covers: 'update and patch of `nodes/status` and `pods/status`; create of a node that says its addresses',
  stops: {
    method: 'PATCH',
    uri: '/api/v1/nodes/n1/status',
    mediaType: 'application/merge-patch+json',
    body: { status: { capacity: { 'example.com/gpu': '9' } } },
  },
  passes: { method: 'GET', uri: '/api/v1/nodes/n1/status' },
  test: (question, context) => {
    const { operation } = question;
    const isStatus = isKind(operation, '', 'nodes', 'pods') && operation.subresource === 'status' && isWrite(operation);
    const isNode = isKind(operation, '', 'nodes') && operation.verb === 'create' && operation.subresource === '';
    return isNode ? writes(question, context, [], saysAddresses) : truth(isStatus);
  },
};

/** Security: the API server goes for logs and execs, with its own certificate, where the node says that its kubelet is. */
function saysAddresses(node: JsonObject): boolean {
  return objectsIn(at(node, 'status', 'addresses')).length > 0;
}

export const privilegedExecGuard: Guard = {
  id: 'privileged-exec',
  reason: 'the pod can reach beyond itself, so a command in it is a command on its node',
  advice: 'use a pod that is not privileged, shares nothing with its node and mounts nothing of it',
  covers: '`pods/exec`, `pods/attach` and `pods/ephemeralcontainers` of a pod that the guards on pods would stop today',
  stops: {
    method: 'POST',
    uri: '/api/v1/namespaces/shop/pods/agent/exec?command=id',
    podDangers: ['container `agent` is privileged'],
  },
  passes: { method: 'POST', uri: '/api/v1/namespaces/shop/pods/web/exec?command=id', podDangers: [] },
  test: ({ operation, facts: { pod } }) => {
    if (operation.power !== 'exec' && operation.power !== 'attach' && operation.power !== 'ephemeralcontainers')
      return NO;
    return pod === undefined || pod === 'unknown' ? missing('pod') : truth(pod !== null && pod.dangers.length > 0);
  },
};

export const deletionsGuard: Guard = {
  id: 'deletions',
  reason: 'what goes with a namespace, a custom resource definition or a persistent volume does not come back',
  advice: 'have a person delete it',
  covers:
    'delete, and what equals it, of namespaces, custom resource definitions and persistent volumes by an autonomous caller',
  stops: { method: 'DELETE', uri: '/api/v1/namespaces/shop' },
  passes: { method: 'DELETE', uri: '/api/v1/namespaces/shop', caller: 'person' },
  test: (question) => {
    const { caller, operation } = question;
    const isLasting =
      isKind(operation, '', 'namespaces', 'persistentvolumes') ||
      isKind(operation, 'apiextensions.k8s.io', 'customresourcedefinitions');
    return and(truth(caller.kind === 'autonomous' && isLasting), deletes(question));
  },
};
