/* The guards on what configures the cluster, its nodes, its namespaces, its traffic and the identities of its pods: each route and each patch type. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Facts } from '../../src/policy/facts.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import type { GuardExample } from '../../src/policy/guards/guard.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ALLOW_ALL, ruleOf } from '../support/rule.ts';
import { ALL_CLOSED, APPLY, ask, JSON_PATCH, MERGE, outcome, STRATEGIC, template } from './ask-guards.ts';

const NAMESPACES = '/api/v1/namespaces';
const SHOP = `${NAMESPACES}/shop`;
const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/web';
const NODE = '/api/v1/nodes/n1';
const SERVICE = `${SHOP}/services/web`;
const ACCOUNT = `${SHOP}/serviceaccounts/web`;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces';
const CLAIMS = '/apis/resource.k8s.io/v1/namespaces/shop';
const GROUPS = '/apis/scheduling.k8s.io/v1beta1/namespaces/shop/podgroups';
const ROLE = 'eks.amazonaws.com/role-arn';
const LEVEL = 'pod-security.kubernetes.io/enforce';
const NO_EXECUTE = { key: 'out', effect: 'NoExecute' };

type Row = readonly [
  name: string,
  request: readonly [method: GuardExample['method'], uri: string, body?: unknown, mediaType?: string],
  expected: string,
  facts?: Facts,
];

const labelled = (labels: object, rest: object = {}) => ({ metadata: { labels, ...rest } });
const LIVE = {
  existing: labelled({ team: 'shop', [LEVEL]: 'restricted', 'kubernetes.io/metadata.name': 'shop' }),
} as Facts;
const annotated = (annotations: object) => ({ metadata: { annotations } });

const ROWS: readonly Row[] = [
  // Cloud identities.
  ['a role of AWS by create', ['POST', `${SHOP}/serviceaccounts`, annotated({ [ROLE]: 'arn' })], 'guard cloud-identity'],
  ['a role of AWS by update', ['PUT', ACCOUNT, annotated({ [ROLE]: 'arn' })], 'guard cloud-identity'],
  ['a role of AWS by strategic patch', ['PATCH', ACCOUNT, annotated({ [ROLE]: 'arn' }), STRATEGIC], 'guard cloud-identity'],
  ['a role of AWS by apply', ['PATCH', ACCOUNT, annotated({ [ROLE]: 'arn' }), APPLY], 'guard cloud-identity'],
  ['a role of AWS by JSON patch', ['PATCH', ACCOUNT, [{ op: 'add', path: '/metadata/annotations/eks.amazonaws.com~1role-arn', value: 'arn' }], JSON_PATCH], 'guard cloud-identity'],
  ['a role of AWS by JSON patch of the metadata', ['PATCH', ACCOUNT, [{ op: 'add', path: '/metadata', value: { annotations: { [ROLE]: 'arn' } } }], JSON_PATCH], 'guard cloud-identity'],
  ['a role of AWS by a copy that only the server can follow', ['PATCH', ACCOUNT, [{ op: 'copy', from: '/metadata/annotations/a', path: '/metadata/annotations/eks.amazonaws.com~1role-arn' }], JSON_PATCH], 'incomplete cloud-identity'],
  ['a role of AWS by a copy whose result is known', ['PATCH', ACCOUNT, [{ op: 'copy', from: '/metadata/annotations/a', path: '/metadata/annotations/eks.amazonaws.com~1role-arn' }], JSON_PATCH], 'guard cloud-identity', { result: annotated({ [ROLE]: 'arn' }) } as Facts],
  ['an identity of Google', ['PATCH', ACCOUNT, annotated({ 'iam.gke.io/gcp-service-account': 'x' }), MERGE], 'guard cloud-identity'],
  ['an identity of Azure', ['PATCH', ACCOUNT, annotated({ 'azure.workload.identity/client-id': 'x' }), MERGE], 'guard cloud-identity'],
  ['a role that is taken away', ['PATCH', ACCOUNT, annotated({ [ROLE]: null }), MERGE], 'allow'],
  ['another annotation of an account that has a role', ['PATCH', ACCOUNT, annotated({ a: 'b' }), MERGE], 'allow', { result: annotated({ a: 'b', [ROLE]: 'arn' }) } as Facts],
  ['a role by annotation of a pod', ['POST', `${SHOP}/pods`, { ...annotated({ 'iam.amazonaws.com/role': 'admin' }), spec: {} }], 'guard cloud-identity'],
  ['a role by annotation of a template', ['PATCH', DEPLOYMENT, template({}, { annotations: { 'iam.amazonaws.com/role': 'admin' } }), MERGE], 'guard cloud-identity'],
  ['an identity by label of a template', ['PATCH', DEPLOYMENT, template({}, { labels: { aadpodidbinding: 'admin' } }), APPLY], 'guard cloud-identity'],
  // Nodes.
  ['T28: a taint that evicts, by strategic patch', ['PATCH', NODE, { spec: { taints: [NO_EXECUTE] } }, STRATEGIC], 'guard deletions'],
  ['T28: a taint that evicts, by merge patch', ['PATCH', NODE, { spec: { taints: [NO_EXECUTE] } }, MERGE], 'guard deletions'],
  ['T28: a taint that evicts, by apply', ['PATCH', NODE, { spec: { taints: [NO_EXECUTE] } }, APPLY], 'guard deletions'],
  ['T28: a taint that evicts, by JSON patch', ['PATCH', NODE, [{ op: 'add', path: '/spec/taints/-', value: NO_EXECUTE }], JSON_PATCH], 'guard deletions'],
  ['T28: a taint that evicts, by JSON patch of its effect', ['PATCH', NODE, [{ op: 'replace', path: '/spec/taints/0/effect', value: 'NoExecute' }], JSON_PATCH], 'guard deletions'],
  ['T28: a taint that evicts, by a copy', ['PATCH', NODE, [{ op: 'copy', from: '/metadata/labels/a', path: '/spec/taints/0/effect' }], JSON_PATCH], 'incomplete deletions'],
  ['T28: a taint that evicts, by update', ['PUT', NODE, { spec: { taints: [NO_EXECUTE] } }], 'guard deletions'],
  ['kubectl cordon', ['PATCH', NODE, { spec: { unschedulable: true } }, STRATEGIC], 'allow'],
  ['a taint that evicts nothing', ['PATCH', NODE, { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }, STRATEGIC], 'allow'],
  ['a node by delete', ['DELETE', NODE], 'guard deletions'],
  ['a node by delete, as a dry run', ['DELETE', `${NODE}?dryRun=All`], 'allow'],
  ['a taint that evicts, as a dry run', ['PATCH', `${NODE}?dryRun=All`, { spec: { taints: [NO_EXECUTE] } }, STRATEGIC], 'allow'],
  ['every node by deletecollection', ['DELETE', '/api/v1/nodes'], 'guard deletions'],
  ['what nodes are made of, on EKS', ['PUT', '/apis/eks.amazonaws.com/v1/nodeclasses/default', {}], 'guard nodes'],
  ['what nodes are made of, on OpenShift', ['POST', '/apis/machineconfiguration.openshift.io/v1/machineconfigs', {}], 'guard nodes'],
  ['a pool of nodes by delete', ['DELETE', '/apis/karpenter.sh/v1/nodepools/default'], 'guard nodes'],
  ['a pool of nodes is read', ['GET', '/apis/karpenter.sh/v1/nodepools/default'], 'allow'],
  // The configuration of the cluster.
  ['a priority level', ['PUT', '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations/exempt', {}], 'guard cluster-configuration'],
  ['a flow schema by delete', ['DELETE', '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/probes'], 'guard cluster-configuration'],
  ['a priority class', ['POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {}], 'guard cluster-configuration'],
  ['a runtime class', ['PATCH', '/apis/node.k8s.io/v1/runtimeclasses/gvisor', {}, MERGE], 'guard cluster-configuration'],
  ['a driver of storage', ['PATCH', '/apis/storage.k8s.io/v1/csidrivers/ebs', [], JSON_PATCH], 'guard cluster-configuration'],
  ['an attachment of a volume', ['DELETE', '/apis/storage.k8s.io/v1/volumeattachments/a'], 'guard cluster-configuration'],
  ['a taint of devices', ['POST', '/apis/resource.k8s.io/v1/devicetaintrules', {}], 'guard cluster-configuration'],
  ['a bundle of certificates', ['POST', '/apis/certificates.k8s.io/v1beta1/clustertrustbundles', {}], 'guard cluster-configuration'],
  ['a lease of a node', ['PUT', `${NAMESPACES}/kube-node-lease/leases/n1`.replace('/api/v1', '/apis/coordination.k8s.io/v1'), {}], 'guard cluster-configuration'],
  ['every lease of the control plane by deletecollection', ['DELETE', `${LEASES}/kube-system/leases`], 'guard cluster-configuration'],
  ['a lease of the control plane', ['PUT', `${LEASES}/kube-system/leases/kube-scheduler`, {}], 'guard cluster-configuration'],
  ['the lease of an API server', ['DELETE', `${LEASES}/kube-system/leases/apiserver-abc`], 'guard cluster-configuration'],
  ['a lease that may come to be of an API server', ['POST', `${LEASES}/kube-system/leases`, { metadata: { generateName: 'api' } }], 'guard cluster-configuration'],
  ['a lease of the control plane by create', ['POST', `${LEASES}/kube-system/leases`, { metadata: { name: 'kube-controller-manager' } }], 'guard cluster-configuration'],
  ['a candidate for a lease of the control plane', ['POST', `${LEASES}/kube-system/leasecandidates`, {}], 'guard cluster-configuration'],
  ['leader election of a controller in kube-system: create', ['POST', `${LEASES}/kube-system/leases`, { metadata: { name: 'cert-manager-controller' } }], 'allow'],
  ['leader election of a controller in kube-system: renewal', ['PUT', `${LEASES}/kube-system/leases/cert-manager-controller`, { metadata: { name: 'cert-manager-controller' } }], 'allow'],
  ['leader election of a controller in kube-system: release', ['PATCH', `${LEASES}/kube-system/leases/cert-manager-controller`, { spec: { holderIdentity: '' } }, MERGE], 'allow'],
  ['T70: a migration of stored objects', ['POST', '/apis/storagemigration.k8s.io/v1/storageversionmigrations', {}], 'guard cluster-configuration'],
  ['T70: a mutating admission policy', ['POST', '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies', {}], 'guard admission'],
  ['T70: a binding of one', ['DELETE', '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings/b'], 'guard admission'],
  ['T70: a request for the certificate of a pod', ['POST', '/apis/certificates.k8s.io/v1/namespaces/shop/podcertificaterequests', {}], 'guard certificates'],
  ['T70: a volume for which the kubelet asks for a certificate', ['PATCH', DEPLOYMENT, template({ volumes: [{ name: 'id', projected: { sources: [{ podCertificate: { signerName: 'kubernetes.io/kube-apiserver-client-pod', keyType: 'ED25519' } }] } }] }), STRATEGIC], 'guard certificates'],
  ['a volume with a token of the pod itself', ['PATCH', DEPLOYMENT, template({ volumes: [{ name: 'id', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }] }), STRATEGIC], 'allow'],
  ['T70: a namespace made for administrators of devices', ['POST', NAMESPACES, labelled({ 'resource.kubernetes.io/admin-access': 'true' })], 'guard namespace-labels'],
  ['T70: devices as an administrator, v1', ['POST', `${CLAIMS}/resourceclaims`, { spec: { devices: { requests: [{ name: 'gpu', exactly: { adminAccess: true } }] } } }], 'guard privileged-pods'],
  ['T70: devices as an administrator, v1beta1, by template', ['POST', `${CLAIMS.replace('/v1/', '/v1beta1/')}/resourceclaimtemplates`, { spec: { spec: { devices: { requests: [{ name: 'gpu', adminAccess: true }] } } } }], 'guard privileged-pods'],
  ['devices as anybody', ['POST', `${CLAIMS}/resourceclaims`, { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } } }], 'allow'],
  ['T70: what the scheduler says of a claim', ['PATCH', `${CLAIMS}/resourceclaims/c/status`, { status: {} }, MERGE], 'guard status'],
  ['T70: a group of pods that pushes others out', ['POST', GROUPS, { spec: { priorityClassName: 'system-node-critical' } }], 'guard critical-pods'],
  ['T70: a workload whose groups do', ['POST', GROUPS.replace('podgroups', 'workloads'), { spec: { compositePodGroupTemplates: [{ podGroupTemplates: [{ name: 'a', priorityClassName: 'system-cluster-critical' }] }] } }], 'guard critical-pods'],
  ['T70: a group of groups that does, by patch', ['PATCH', `${GROUPS.replace('podgroups', 'compositepodgroups')}/a`, { spec: { priorityClassName: 'system-cluster-critical' } }, MERGE], 'guard critical-pods'],
  ['a group of pods with a priority of its own', ['POST', GROUPS, { spec: { priorityClassName: 'shop' } }], 'allow'],
  ['T70: what attests the token of an account', ['POST', `${ACCOUNT}/token`, { spec: { attestations: { admissionReviewAPIGroups: ['*'] } } }], 'guard tokens'],
  ['T69: what only narrows what a pod sees of its volumes', ['PATCH', DEPLOYMENT, template({ evictionResponders: [{ name: 'a.example.com/b', priority: 1 }], schedulingGroup: { podGroupName: 'a' }, containers: [{ name: 'web', volumeMounts: [{ name: 'v', bindMountOptions: ['noexec'] }] }], volumes: [{ name: 'v', configMap: { name: 'c', defaultUser: 1000 } }] }), STRATEGIC], 'allow'],
  ['a lease of a workload', ['PATCH', '/apis/coordination.k8s.io/v1/namespaces/shop/leases/web', {}, MERGE], 'allow'],
  ['whose certificates pods believe, by patch', ['PATCH', `${SHOP}/configmaps/kube-root-ca.crt`, { data: {} }, MERGE], 'guard cluster-configuration'],
  ['whose certificates pods believe, by update', ['PUT', `${SHOP}/configmaps/kube-root-ca.crt`, { data: {} }], 'guard cluster-configuration'],
  ['the ConfigMaps of a workload by deletecollection', ['DELETE', `${SHOP}/configmaps`], 'allow'],
  ['the ConfigMap that a cluster is joined by', ['PUT', `${NAMESPACES}/kube-public/configmaps/cluster-info`, {}], 'guard cluster-configuration'],
  ['the operators of OpenShift', ['PATCH', '/apis/operator.openshift.io/v1/kubeapiservers/cluster', {}, MERGE], 'guard cluster-configuration'],
  // OpenShift's own ways to what Kubernetes' own guards close.
  ['a binding of OpenShift', ['POST', '/apis/authorization.openshift.io/v1/namespaces/shop/rolebindings', {}], 'guard rbac'],
  ['a group of OpenShift', ['PATCH', '/apis/user.openshift.io/v1/groups/admins', { users: ['bot'] }, MERGE], 'guard rbac'],
  ['security context constraints', ['PUT', '/apis/security.openshift.io/v1/securitycontextconstraints/privileged', {}], 'guard admission'],
  ['a token of OpenShift', ['POST', '/apis/oauth.openshift.io/v1/oauthaccesstokens', {}], 'guard tokens'],
  ['the Secrets of an image stream are masked', ['GET', '/apis/image.openshift.io/v1/namespaces/shop/imagestreams/web/secrets'], 'allow'],
  ['a project by delete', ['DELETE', '/apis/project.openshift.io/v1/projects/shop'], 'guard deletions'],
  ['a privileged deployment config', ['PATCH', '/apis/apps.openshift.io/v1/namespaces/shop/deploymentconfigs/web', template({ hostPID: true }), MERGE], 'guard host-namespaces'],
  // Traffic.
  ['CVE-2020-8554: an external address by create', ['POST', `${SHOP}/services`, { spec: { externalIPs: ['203.0.113.7'] } }], 'guard traffic'],
  ['CVE-2020-8554: an external address by JSON patch', ['PATCH', SERVICE, [{ op: 'add', path: '/spec/externalIPs/-', value: '203.0.113.7' }], JSON_PATCH], 'guard traffic'],
  ['CVE-2020-8554: an external address by apply', ['PATCH', SERVICE, { spec: { externalIPs: ['203.0.113.7'] } }, APPLY], 'guard traffic'],
  ['CVE-2020-8554: the address of a load balancer', ['PATCH', `${SERVICE}/status`, { status: {} }, MERGE], 'guard traffic'],
  ['a service without', ['POST', `${SHOP}/services`, { spec: { externalIPs: [], ports: [] } }], 'allow'],
  ['endpoints by hand', ['PATCH', `${SHOP}/endpoints/web`, {}, MERGE], 'guard traffic'],
  ['endpoint slices by hand', ['POST', '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', {}], 'guard traffic'],
  ['CVE-2021-25742: a snippet of nginx', ['POST', '/apis/networking.k8s.io/v1/namespaces/shop/ingresses', annotated({ 'nginx.ingress.kubernetes.io/server-snippet': 'x' })], 'guard traffic'],
  ['a port of the node by create', ['POST', `${SHOP}/pods`, { spec: { containers: [{ name: 'web', ports: [{ containerPort: 80, hostPort: 10250 }] }] } }], 'guard traffic'],
  ['a port of the node by strategic patch', ['PATCH', DEPLOYMENT, template({ initContainers: [{ name: 'web', ports: [{ containerPort: 80, hostPort: 443 }] }] }), STRATEGIC], 'guard traffic'],
  ['a port of the node by JSON patch', ['PATCH', DEPLOYMENT, [{ op: 'add', path: '/spec/template/spec/containers/0/ports/0/hostPort', value: 443 }], JSON_PATCH], 'guard traffic'],
  ['a port of the node by a copy', ['PATCH', DEPLOYMENT, [{ op: 'copy', from: '/spec/replicas', path: '/spec/template/spec/containers/0/ports/0/hostPort' }], JSON_PATCH], 'guard traffic', { result: template({ containers: [{ name: 'web', ports: [{ hostPort: 443 }] }] }) } as unknown as Facts],
  ['another image of what has a port of its node', ['PATCH', DEPLOYMENT, template({ containers: [{ name: 'web', image: 'web:2' }] }), STRATEGIC], 'allow', { result: template({ containers: [{ name: 'web', image: 'web:2', ports: [{ containerPort: 80, hostPort: 443 }] }] }) } as unknown as Facts],
  ['no port of the node', ['POST', `${SHOP}/pods`, { spec: { containers: [{ name: 'web', ports: [{ containerPort: 80, hostPort: 0 }] }] } }], 'allow'],
  ['an ingress', ['POST', '/apis/networking.k8s.io/v1/namespaces/shop/ingresses', annotated({ 'cert-manager.io/issuer': 'x' })], 'allow'],
  // Identities of pods.
  ['a certificate of a pod', ['POST', '/apis/certificates.k8s.io/v1beta1/namespaces/shop/podcertificaterequests', {}], 'guard certificates'],
  ['the certificate of a pod, written by hand', ['PATCH', '/apis/certificates.k8s.io/v1beta1/namespaces/shop/podcertificaterequests/a/status', {}, MERGE], 'guard certificates'],
  // Labels of namespaces.
  ['a weak namespace by create', ['POST', NAMESPACES, labelled({ [LEVEL]: 'baseline' })], 'guard namespace-labels'],
  ['a strict namespace by create', ['POST', NAMESPACES, labelled({ [LEVEL]: 'restricted', team: 'bank' })], 'allow'],
  ['a strict namespace of an old version', ['POST', NAMESPACES, labelled({ [LEVEL]: 'restricted', [`${LEVEL}-version`]: 'v1.0' })], 'guard namespace-labels'],
  ['a label by merge patch', ['PATCH', SHOP, labelled({ team: 'bank' }), MERGE], 'guard namespace-labels', { ...LIVE, result: labelled({ team: 'bank', [LEVEL]: 'restricted' }) } as Facts],
  ['T31: a weaker level, whatever the live object says', ['PATCH', SHOP, labelled({ [LEVEL]: 'privileged' }), MERGE], 'guard namespace-labels', { existing: labelled({ [LEVEL]: 'privileged' }), result: labelled({ [LEVEL]: 'privileged' }) } as Facts],
  ['a level that is taken away by merge patch', ['PATCH', SHOP, labelled({ [LEVEL]: null }), MERGE], 'guard namespace-labels', { ...LIVE, result: labelled({ team: 'shop' }) } as Facts],
  ['a level that is taken away by JSON patch', ['PATCH', SHOP, [{ op: 'remove', path: '/metadata/labels/pod-security.kubernetes.io~1enforce' }], JSON_PATCH], 'guard namespace-labels', { ...LIVE, result: labelled({ team: 'shop' }) } as Facts],
  ['a level that is moved away by JSON patch', ['PATCH', SHOP, [{ op: 'move', from: '/metadata/labels', path: '/metadata/annotations' }], JSON_PATCH], 'guard namespace-labels', { ...LIVE, result: labelled({}) } as Facts],
  ['labels that are replaced by a directive', ['PATCH', SHOP, { metadata: { $patch: 'replace', annotations: {} } }, STRATEGIC], 'guard namespace-labels', { ...LIVE, result: labelled({}) } as Facts],
  ['labels that an apply leaves out', ['PATCH', SHOP, annotated({}), APPLY], 'guard namespace-labels', { ...LIVE, result: labelled({ team: 'shop' }) } as Facts],
  ['an apply of the labels that are there', ['PATCH', SHOP, labelled({ team: 'shop' }), APPLY], 'allow', { ...LIVE, result: (LIVE.existing as object) } as Facts],
  ['an apply that cannot be looked up', ['PATCH', SHOP, labelled({ team: 'shop' }), APPLY], 'incomplete namespace-labels'],
  ['labels that an update leaves out', ['PUT', SHOP, labelled({ team: 'shop' })], 'guard namespace-labels', LIVE],
  ['labels by the status', ['PUT', `${SHOP}/status`, labelled({ team: 'bank' })], 'guard namespace-labels', LIVE],
  ['an update that leaves labels as they are', ['PUT', SHOP, labelled({ team: 'shop', [LEVEL]: 'restricted' }, { annotations: { a: 'b' } })], 'allow', LIVE],
  ['an annotation of a namespace', ['PATCH', SHOP, annotated({ a: 'b' }), MERGE], 'allow'],
]; // biome-ignore format: a table

suite('each route', () => {
  for (const [name, [method, uri, body, mediaType], expected, facts] of ROWS) {
    test(name, () => {
      const request = {
        method,
        uri,
        ...(body === undefined ? {} : { body }),
        ...(mediaType === undefined ? {} : { mediaType }),
      };
      assert.equal(outcome(ask(ALL_CLOSED, request, facts)), expected);
    });
  }

  test('T28: a taint by a person is not stopped', () => {
    const body = { spec: { taints: [NO_EXECUTE] } };
    assert.equal(
      outcome(ask(ALL_CLOSED, { method: 'PATCH', uri: NODE, mediaType: STRATEGIC, body, caller: 'person' })),
      'allow',
    );
  });

  test('nothing is looked up for a patch that says nothing of labels', () => {
    const needed = (body: object, mediaType = MERGE) =>
      factsNeeded(ALL_CLOSED, callerOf(), operationOf({ method: 'PATCH', uri: SHOP, mediaType, body }), 0);
    assert.deepEqual(needed(annotated({ a: 'b' })), []);
    assert.deepEqual(needed(labelled({ team: 'shop' })), ['existing', 'result']);
  });
});

const database = { secretKeyRef: { name: 'database', key: 'url' } };
const MOUNTS: readonly (readonly [string, object])[] = [
  ['a volume', { volumes: [{ name: 'v', secret: { secretName: 'database' } }] }],
  ['a projected volume', { volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'database' } }] } }] }],
  ['a driver', { volumes: [{ name: 'v', csi: { driver: 'x', nodePublishSecretRef: { name: 'database' } } }] }],
  ['a driver of Azure', { volumes: [{ name: 'v', azureFile: { secretName: 'database', shareName: 's' } }] }],
  ['a variable', { containers: [{ name: 'web', env: [{ name: 'A', valueFrom: database }] }] }],
  ['all variables', { initContainers: [{ name: 'web', envFrom: [{ secretRef: { name: 'database' } }] }] }],
  ['a variable of an ephemeral container', { ephemeralContainers: [{ name: 'web', env: [{ name: 'A', valueFrom: database }] }] }],
  ['pulling images', { imagePullSecrets: [{ name: 'database' }] }],
]; // biome-ignore format: a table

suite('T26: a Secret that is mounted', () => {
  for (const [name, spec] of MOUNTS) {
    test(`by ${name}, on every route`, () => {
      const bodies: readonly GuardExample[] = [
        { method: 'POST', uri: `${SHOP}/pods`, body: { spec } },
        { method: 'PUT', uri: DEPLOYMENT, body: template(spec) },
        { method: 'PATCH', uri: DEPLOYMENT, mediaType: MERGE, body: template(spec) },
        { method: 'PATCH', uri: DEPLOYMENT, mediaType: STRATEGIC, body: template(spec) },
        { method: 'PATCH', uri: DEPLOYMENT, mediaType: APPLY, body: template(spec) },
        { method: 'PATCH', uri: DEPLOYMENT, mediaType: JSON_PATCH, body: [{ op: 'add', path: '/spec/template/spec', value: spec }] },
        { method: 'POST', uri: '/apis/batch/v1/namespaces/shop/cronjobs', body: { spec: { jobTemplate: template(spec) } } },
      ]; // biome-ignore format: a table
      for (const body of bodies) assert.equal(outcome(ask(ALL_CLOSED, body)), 'guard secret-mount');
    });
  }

  test('by JSON patch of a single field', () => {
    const patch = (path: string, value: unknown): GuardExample => ({
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'replace', path: `/spec/template/spec${path}`, value }],
    });
    assert.equal(outcome(ask(ALL_CLOSED, patch('/volumes/0/secret/secretName', 'database'))), 'guard secret-mount');
    assert.equal(
      outcome(ask(ALL_CLOSED, patch('/containers/0/envFrom/-', { secretRef: { name: 'database' } }))),
      'guard secret-mount',
    );
    assert.equal(
      outcome(ask(ALL_CLOSED, patch('/containers/0/env/0/valueFrom/secretKeyRef/name', 'database'))),
      'guard secret-mount',
    );
    assert.equal(outcome(ask(ALL_CLOSED, patch('/containers/0/image', 'web:2'))), 'allow');
  });

  test('another image of a workload that has one is stopped too, by the result', () => {
    const image: GuardExample = {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: STRATEGIC,
      body: template({ containers: [{ name: 'web', image: 'web:2' }] }),
    };
    const result = template({ imagePullSecrets: [{ name: 'database' }] }) as never;
    assert.equal(outcome(ask(ALL_CLOSED, image, { result })), 'guard secret-mount');
  });

  test('by a service account that pods take it from', () => {
    const body = { imagePullSecrets: [{ name: 'database' }] };
    assert.equal(
      outcome(ask(ALL_CLOSED, { method: 'PATCH', uri: ACCOUNT, mediaType: MERGE, body })),
      'guard secret-mount',
    );
  });

  test('by a persistent volume, whose driver is given it and told where to go', () => {
    const uri = '/api/v1/persistentvolumes';
    const csi = { driver: 'smb.csi.k8s.io', nodeStageSecretRef: { name: 'database', namespace: 'bank' } };
    const flexVolume = { driver: 'a/b', secretRef: { name: 'database' } };
    const azureFile = { secretName: 'database', shareName: 's' };
    for (const spec of [{ csi }, { flexVolume }, { azureFile }])
      assert.equal(outcome(ask(ALL_CLOSED, { method: 'POST', uri, body: { spec } })), 'guard secret-mount');
    const body = { spec: { csi } };
    const patch: GuardExample = { method: 'PATCH', uri: `${uri}/a`, mediaType: MERGE, body };
    assert.equal(outcome(ask(ALL_CLOSED, patch)), 'guard secret-mount');
    const plain = { spec: { csi: { driver: 'smb.csi.k8s.io' } } };
    assert.equal(outcome(ask(ALL_CLOSED, { method: 'POST', uri, body: plain })), 'allow');
  });

  test('a rule that names it, by pattern too, answers for it, where it matches', () => {
    const example: GuardExample = {
      method: 'POST',
      uri: `${SHOP}/pods`,
      body: { spec: { imagePullSecrets: [{ name: 'database' }] } },
    };
    const create = { verbs: ['create'], apiGroups: [''], resources: ['pods'] };
    const decided = (part: Parameters<typeof ruleOf>[0]) =>
      outcome(ask(compileRules([ALLOW_ALL, ruleOf({ ...create, ...part })], { unsafe: new Set() }), example));
    assert.equal(decided({ mountableSecrets: ['database'] }), 'allow');
    assert.equal(decided({ mountableSecrets: ['data*'], effect: 'hold' }), 'hold');
    assert.equal(decided({ mountableSecrets: ['other'] }), 'guard secret-mount');
    assert.equal(decided({ mountableSecrets: ['*'], namespaces: [{ name: 'bank' }] }), 'guard secret-mount');
    assert.equal(decided({ mountableSecrets: ['*'], effect: 'request' }), 'guard secret-mount');
  });

  test('a rule that names it, and lacks a fact, has that looked up first', () => {
    const body = { spec: { serviceAccountName: 'web', imagePullSecrets: [{ name: 'database' }] } };
    const example: GuardExample = { method: 'POST', uri: `${SHOP}/pods`, body };
    const rule = ruleOf({
      ...{ verbs: ['create'], apiGroups: [''], resources: ['pods'] },
      ...{ serviceAccounts: ['web'], mountableSecrets: ['database'] },
      namespaces: [{ selector: { matchLabels: { team: 'shop' } } }],
    });
    const rules = compileRules([ALLOW_ALL, rule], { unsafe: new Set() });
    assert.deepEqual(factsNeeded(rules, callerOf(), operationOf(example), 0), ['namespaceLabels']);
    const patching = compileRules(
      [ALLOW_ALL, { ...rule, verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments'] }],
      {
        unsafe: new Set(),
        judgesResult: true,
      },
    );
    const image = operationOf({
      ...{ method: 'PATCH', uri: DEPLOYMENT, mediaType: STRATEGIC },
      body: template({ containers: [{ name: 'web', image: 'web:2' }] }),
    });
    assert.deepEqual(factsNeeded(patching, callerOf(), image, 0), ['result', 'namespaceLabels']);
    const decided = (namespaceLabels: Facts['namespaceLabels']) =>
      outcome(ask(rules, example, namespaceLabels === undefined ? {} : { namespaceLabels }));
    assert.equal(decided({ team: 'shop' }), 'allow');
    assert.equal(decided({ team: 'bank' }), 'guard service-accounts');
    assert.equal(decided('unknown'), 'incomplete service-accounts');
  });
});
