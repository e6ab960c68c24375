import type { JsonObject, Operation } from '../../model/operation.ts';
import { at, objectsIn } from '../json.ts';
import type { Question } from '../question.ts';
import { and, missing, NO, type Truth, truth, unsaid } from '../truth.ts';
import { changes, isKind } from './asked-of.ts';
import { type GUARDED_CONFIG_MAPS, isNamed } from './cluster.ts';
import type { Guard } from './guard.ts';
import { isSet } from './pod-dangers.ts';
import { bringsPodSpec, tokenSecretsTest } from './workloads.ts';
import { anyOf, isWrite, writes } from './written.ts';

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
  covers:
    '`serviceaccounts/token`; create, update and patch of secrets of the types `kubernetes.io/service-account-token` and `bootstrap.kubernetes.io/token`; the same of OAuth tokens and clients of OpenShift',
  stops: {
    method: 'POST',
    uri: '/api/v1/namespaces/shop/serviceaccounts/builder/token',
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  },
  passes: { method: 'GET', uri: '/api/v1/namespaces/shop/serviceaccounts/builder' },
  test: (question, context) =>
    anyOf([
      truth(question.operation.power === 'token' || isOauth(question.operation)),
      tokenSecretsTest(question, context),
    ]),
};

/** What OpenShift takes as a token of somebody, or hands such tokens to. */
function isOauth(operation: Operation): boolean {
  const kinds = ['oauthaccesstokens', 'oauthauthorizetokens', 'oauthclients', 'oauthclientauthorizations'];
  return isKind(operation, 'oauth.openshift.io', ...kinds) && isWrite(operation);
}

const RBAC = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'];

export const rbacGuard: Guard = {
  id: 'rbac',
  reason: 'writing roles and bindings gives powers that no rule here has given',
  advice: 'have roles and bindings applied by who runs the cluster',
  covers:
    'create, update and patch of roles, cluster roles and their bindings, OpenShift’s own among them, and of its users, groups and identities; the verbs `escalate` and `bind`',
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
        (isWrite(operation) &&
          (isKind(operation, 'rbac.authorization.k8s.io', ...RBAC) ||
            isKind(operation, 'authorization.openshift.io', ...RBAC, 'rolebindingrestrictions') ||
            isKind(operation, 'user.openshift.io', 'users', 'groups', 'identities', 'useridentitymappings'))),
    ),
};

export const certificatesGuard: Guard = {
  id: 'certificates',
  reason: 'a certificate that the cluster signs is an identity that goes round the gateway',
  advice: 'have certificates requested and approved by who runs the cluster',
  covers:
    'create, update and patch of certificate signing requests, their `approval` and `status`, and of the requests by which pods get certificates; the same of pods, and what makes them, that bring in a volume `podCertificate`, for which the kubelet asks in their name; the verbs `approve`, `sign`, `attest` of signers; every change of the ConfigMap `kube-system/extension-apiserver-authentication`, which says whose certificates aggregated servers believe',
  stops: {
    method: 'PUT',
    uri: '/apis/certificates.k8s.io/v1/certificatesigningrequests/r/approval',
    body: { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'r' } },
  },
  passes: { method: 'GET', uri: '/apis/certificates.k8s.io/v1/certificatesigningrequests/r' },
  test: (question) => {
    const { operation } = question;
    const isRequest =
      isKind(operation, 'certificates.k8s.io', 'certificatesigningrequests', 'podcertificaterequests') &&
      isWrite(operation);
    return anyOf([
      truth(operation.power === 'approval' || isRequest),
      changesConfigMap(question, 'extension-apiserver-authentication'),
      bringsPodSpec(question, hasPodCertificate),
    ]);
  },
};

/** Source: `PodCertificateProjection` of core/v1; any signer can be named. */
function hasPodCertificate(spec: JsonObject): boolean {
  return objectsIn(spec.volumes).some((volume) =>
    objectsIn(at(volume, 'projected', 'sources')).some(({ podCertificate }) => isSet(podCertificate)),
  );
}

export const impersonationGuard: Guard = {
  id: 'impersonation',
  reason: 'who may impersonate is whoever it likes',
  advice: '',
  covers:
    'the verb `impersonate` and those that begin with it; a request that carries impersonation headers is refused before anything is judged',
  stops: { method: 'POST', uri: '/api/v1/users/admin', verb: 'impersonate' },
  passes: { method: 'GET', uri: '/api/v1/namespaces/shop/serviceaccounts/builder' },
  test: ({ operation }) => truth(operation.power === 'impersonate' || operation.verb.startsWith('impersonate')),
};

export const admissionGuard: Guard = {
  id: 'admission',
  reason: 'what admission asks says what every other request of the cluster may do, and can see and change it',
  advice: 'have them applied by who runs the cluster',
  covers:
    'every change of webhook configurations and admission policies with their bindings, of API services, and of the security context constraints of OpenShift; create, update and patch of custom resource definitions that a webhook converts',
  stops: { method: 'DELETE', uri: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/guard' },
  passes: { method: 'GET', uri: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/guard' },
  test: (question, context) => {
    const { operation } = question;
    if (isKind(operation, 'apiextensions.k8s.io', 'customresourcedefinitions'))
      return writes(question, context, ['spec', 'conversion'], isByWebhook);
    const isHook =
      operation.isResourceRequest &&
      (operation.apiGroup === 'admissionregistration.k8s.io' ||
        isKind(operation, 'apiregistration.k8s.io', 'apiservices') ||
        isKind(operation, 'security.openshift.io', 'securitycontextconstraints'));
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
    uri: '/api/v1/namespaces/shop/configmaps/aws-auth',
    mediaType: 'application/merge-patch+json',
    body: { data: { mapRoles: '' } },
  },
  test: (question) => changesConfigMap(question, 'aws-auth'),
};

/** Whether it changes this ConfigMap of `kube-system`, by name or as one of a collection. */
function changesConfigMap(question: Question, name: (typeof GUARDED_CONFIG_MAPS)[number]): Truth {
  const { operation, unsaid: open } = question;
  if (!isKind(operation, '', 'configmaps')) return NO;
  const isUnplaced = open?.namespace === true && operation.namespace === '';
  const place = isUnplaced ? unsaid('namespace') : truth(operation.namespace === 'kube-system');
  return and(and(place, changes(question)), isNamed(question, name));
}

export const statusGuard: Guard = {
  id: 'status',
  reason:
    'the status of nodes and pods is what their kubelet says, that of resource claims what the scheduler and drivers give, and others act on it',
  advice: '',
  covers:
    'update and patch of `nodes/status`, `pods/status` and `resourceclaims/status`; create of a node that says its addresses',
  stops: {
    method: 'PATCH',
    uri: '/api/v1/nodes/n1/status',
    mediaType: 'application/merge-patch+json',
    body: { status: { capacity: { 'example.com/gpu': '9' } } },
  },
  passes: { method: 'GET', uri: '/api/v1/nodes/n1/status' },
  test: (question, context) => {
    const { operation } = question;
    const isOfOthers = isKind(operation, '', 'nodes', 'pods') || isKind(operation, 'resource.k8s.io', 'resourceclaims');
    const isStatus = isOfOthers && operation.subresource === 'status' && isWrite(operation);
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
