/** What has defaults, a schema with keyed lists, a status and a scale: deployments, pods, secrets, custom resources. */

import type { Exchange } from '../exchange.ts';
import { apps, core } from './paths.ts';

const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
const merge = { 'content-type': 'application/merge-patch+json' };
const apply = { 'content-type': 'application/apply-patch+yaml' };
const labels = { app: 'web' };
const container = {
  name: 'web',
  image: 'registry.test/busybox:1',
  ports: [{ containerPort: 80 }],
  env: [{ name: 'A', value: '1' }],
};
const template = { metadata: { labels }, spec: { containers: [container] } };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 0, selector: { matchLabels: labels }, template },
};
const web = `${apps}/deployments/web`;
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.conformance.example' },
  spec: {
    group: 'conformance.example',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
      },
    ],
  },
};

export const workloadExchanges: readonly Exchange[] = [
  {
    name: 'create a deployment',
    method: 'POST',
    path: `${apps}/deployments`,
    body: deployment,
    look: { body: 'whole' },
  },
  {
    name: 'create one without a selector',
    method: 'POST',
    path: `${apps}/deployments`,
    body: { metadata: { name: 'x' }, spec: { template } },
    look: { body: ['reason', 'code', 'details.kind', 'details.group', 'details.name'] },
  },
  {
    name: 'create one whose selector does not fit',
    method: 'POST',
    path: `${apps}/deployments`,
    body: { metadata: { name: 'x' }, spec: { selector: { matchLabels: { app: 'other' } }, template } },
    look: { body: 'whole' },
  },
  {
    name: 'create one with fewer than no replicas',
    method: 'POST',
    path: `${apps}/deployments`,
    body: { ...deployment, metadata: { name: 'x' }, spec: { ...deployment.spec, replicas: -1 } },
    look: { body: 'whole' },
  },
  {
    name: 'merge a container by its name',
    method: 'PATCH',
    path: web,
    headers: strategic,
    body: { spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'B', value: '2' }] }] } } } },
    look: { body: ['spec.template.spec.containers', 'metadata.generation'] },
  },
  {
    name: 'delete a variable by its name',
    method: 'PATCH',
    path: web,
    headers: strategic,
    body: { spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'A', $patch: 'delete' }] }] } } } },
    look: { body: ['spec.template.spec.containers'] },
  },
  {
    name: 'containers in an order',
    method: 'PATCH',
    path: web,
    headers: strategic,
    body: {
      spec: {
        template: {
          spec: {
            $setElementOrder: undefined,
            '$setElementOrder/containers': [{ name: 'side' }, { name: 'web' }],
            containers: [{ name: 'side', image: 'registry.test/busybox:1' }],
          },
        },
      },
    },
    look: { body: ['spec.template.spec.containers.0.name', 'spec.template.spec.containers.1.name'] },
  },
  {
    name: 'tolerations are replaced',
    method: 'PATCH',
    path: web,
    headers: strategic,
    body: { spec: { template: { spec: { tolerations: [{ key: 'k', operator: 'Exists' }] } } } },
    look: { body: ['spec.template.spec.tolerations'] },
  },
  {
    name: 'change a selector',
    method: 'PATCH',
    path: web,
    headers: merge,
    body: {
      spec: { selector: { matchLabels: { app: 'web', more: '1' } }, template: { metadata: { labels: { more: '1' } } } },
    },
    look: { body: 'whole' },
  },
  {
    name: 'apply a container',
    method: 'PATCH',
    path: `${web}?fieldManager=applier`,
    headers: apply,
    body: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [{ name: 'web', image: 'registry.test/busybox:2' }] } } },
    },
    look: { body: ['reason', 'code', 'message', 'details'] },
  },
  {
    name: 'get the scale',
    method: 'GET',
    path: `${web}/scale`,
    look: { body: ['kind', 'apiVersion', 'metadata.name', 'spec', 'status.selector'] },
  },
  {
    name: 'patch the scale',
    method: 'PATCH',
    path: `${web}/scale`,
    headers: merge,
    body: { spec: { replicas: 2 } },
    look: { body: ['kind', 'spec'] },
  },
  {
    name: 'put the scale',
    method: 'PUT',
    path: `${web}/scale`,
    body: {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'web', namespace: 'conformance' },
      spec: { replicas: 0 },
    },
    look: { body: ['kind', 'spec'] },
  },
  {
    name: 'the columns of deployments',
    method: 'GET',
    path: `${apps}/deployments`,
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    look: { body: ['columnDefinitions', 'rows.0.cells.0'] },
  },
  {
    name: 'create a pod',
    method: 'POST',
    path: `${core}/pods?dryRun=All`,
    body: {
      metadata: { name: 'p' },
      spec: { containers: [container], serviceAccountName: 'default', automountServiceAccountToken: false },
    },
    look: { body: 'whole' },
  },
  {
    name: 'create a pod without containers',
    method: 'POST',
    path: `${core}/pods`,
    body: { metadata: { name: 'p' }, spec: { automountServiceAccountToken: false } },
    look: { body: ['reason', 'code', 'status'] },
  },
  {
    name: 'the columns of pods',
    method: 'GET',
    path: '/api/v1/namespaces/default/pods',
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    look: { body: ['columnDefinitions', 'rows'] },
  },
  {
    name: 'create a secret',
    method: 'POST',
    path: `${core}/secrets`,
    body: { metadata: { name: 's' }, stringData: { a: 'b' } },
    look: { body: 'whole' },
  },
  {
    name: 'change the type of a secret',
    method: 'PATCH',
    path: `${core}/secrets/s`,
    headers: merge,
    body: { type: 'example.com/other' },
    look: { body: 'whole' },
  },
  {
    name: 'a secret as a table',
    method: 'GET',
    path: `${core}/secrets/s`,
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    look: { body: ['columnDefinitions', 'rows.0.cells'] },
  },
  {
    name: 'create a cron job',
    method: 'POST',
    path: '/apis/batch/v1/namespaces/conformance/cronjobs',
    body: {
      metadata: { name: 'c' },
      spec: {
        schedule: '0 0 1 1 *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i:1' }] } } },
        },
      },
    },
    look: { body: ['spec'] },
  },
  {
    name: 'create a network policy',
    method: 'POST',
    path: '/apis/networking.k8s.io/v1/namespaces/conformance/networkpolicies',
    body: { metadata: { name: 'n' }, spec: { podSelector: {} } },
    look: { body: 'whole' },
  },
  {
    name: 'create a role binding',
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/conformance/rolebindings',
    body: {
      metadata: { name: 'b' },
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'reader' }],
    },
    look: { body: 'whole' },
  },
  {
    name: 'change a role reference',
    method: 'PATCH',
    path: '/apis/rbac.authorization.k8s.io/v1/namespaces/conformance/rolebindings/b',
    headers: merge,
    body: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' } },
    look: { body: 'whole' },
  },
  {
    name: 'create a lease',
    method: 'POST',
    path: '/apis/coordination.k8s.io/v1/namespaces/conformance/leases',
    body: { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } },
    look: { body: 'whole' },
  },
  {
    name: 'create an event',
    method: 'POST',
    path: `${core}/events`,
    body: {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'conformance' },
      reason: 'Why',
      message: 'what',
      type: 'Normal',
    },
    look: { body: ['kind', 'involvedObject', 'reason', 'type'] },
  },
  {
    name: 'events by what they are about',
    method: 'GET',
    path: `${core}/events?fieldSelector=involvedObject.name%3Dp`,
    look: { body: ['items.0.metadata.name'] },
  },
  {
    name: 'define a kind',
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: definition,
    look: { body: ['kind', 'spec.names', 'spec.group', 'spec.scope'] },
  },
  {
    name: 'forget it',
    method: 'DELETE',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.conformance.example',
    look: {},
  },
  {
    name: 'delete a deployment',
    method: 'DELETE',
    path: web,
    look: { body: ['status', 'details.name', 'details.group', 'details.kind'] },
  },
];
