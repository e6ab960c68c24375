/** What the API server fills in where a caller leaves it out. The defaults that clients look at, not all there are; each as upstream's. */

import { at, isObject, type Json, type JsonObject, type KubeObject, listAt, textAt, valueAt } from './object.ts';

/** The object with its defaults: of the kinds named below, the others as they are. */
export function withDefaults(object: KubeObject): KubeObject {
  const spec = at(object, 'spec');
  switch (`${object.apiVersion}/${object.kind}`) {
    case 'v1/Pod':
      return { ...object, spec: podSpec(spec, true) };
    case 'apps/v1/Deployment':
      return { ...object, spec: deploymentSpec(spec) };
    case 'apps/v1/ReplicaSet':
      return { ...object, spec: { replicas: 1, ...spec, template: template(spec) } };
    case 'apps/v1/StatefulSet':
      return { ...object, spec: statefulSetSpec(spec) };
    case 'apps/v1/DaemonSet': {
      const updateStrategy = filled(spec.updateStrategy, {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
      });
      return { ...object, spec: { revisionHistoryLimit: 10, ...spec, updateStrategy, template: template(spec) } };
    }
    case 'batch/v1/Job':
      return { ...object, spec: jobSpec(spec, object.metadata.uid ?? '', object.metadata.name ?? '') };
    case 'batch/v1/CronJob':
      return { ...object, spec: cronJobSpec(spec) };
    case 'v1/Service':
      return { ...object, spec: serviceSpec(spec) };
    case 'v1/Secret':
      return secret(object);
    case 'v1/Namespace':
      return { ...object, ...nameLabel(object) };
    case 'apiextensions.k8s.io/v1/CustomResourceDefinition':
      return { ...object, spec: definitionSpec(spec) };
    case 'networking.k8s.io/v1/NetworkPolicy':
      return {
        ...object,
        spec: { ...spec, podSelector: at(spec, 'podSelector'), policyTypes: spec.policyTypes ?? policyTypes(spec) },
      };
    case 'rbac.authorization.k8s.io/v1/RoleBinding':
    case 'rbac.authorization.k8s.io/v1/ClusterRoleBinding':
      return binding(object);
    default:
      return object;
  }
}

function filled(value: Json | undefined, defaults: JsonObject): JsonObject {
  return { ...defaults, ...(isObject(value) ? value : {}) };
}

function template(spec: JsonObject): JsonObject {
  const given = at(spec, 'template');
  return { ...given, metadata: at(given, 'metadata'), spec: podSpec(at(given, 'spec'), false) };
}

function podSpec(spec: JsonObject, isPod: boolean): JsonObject {
  const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount');
  const initContainers = listAt(spec, 'initContainers');
  const volumes = listAt(spec, 'volumes');
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
    ...(isPod ? { enableServiceLinks: true } : {}),
    ...(account === '' ? {} : { serviceAccountName: account, serviceAccount: account }),
    ...spec,
    ...(valueAt(spec, 'containers') === undefined ? {} : { containers: listAt(spec, 'containers').map(container) }),
    ...(initContainers.length === 0 ? {} : { initContainers: initContainers.map(container) }),
    ...(volumes.length === 0 ? {} : { volumes: volumes.map(volume) }),
  };
}

function container(given: JsonObject): JsonObject {
  const image = textAt(given, 'image');
  const isLatest = image.endsWith(':latest') || !/:[^/]+$|@/.test(image);
  const ports = listAt(given, 'ports');
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((field) => isObject(given[field]));
  const probe = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  return {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: isLatest ? 'Always' : 'IfNotPresent',
    ...given,
    ...(ports.length === 0 ? {} : { ports: ports.map((port) => ({ protocol: 'TCP', ...port })) }),
    ...Object.fromEntries(probes.map((field) => [field, httpScheme(filled(given[field], probe))])),
    ...(valueAt(given, 'env') === undefined ? {} : { env: listAt(given, 'env').map(environment) }),
  };
}

function httpScheme(probe: JsonObject): JsonObject {
  return isObject(probe.httpGet) ? { ...probe, httpGet: { path: '/', scheme: 'HTTP', ...probe.httpGet } } : probe;
}

function environment(variable: JsonObject): JsonObject {
  const field = valueAt(variable, 'valueFrom', 'fieldRef');
  if (!isObject(field)) return variable;
  return { ...variable, valueFrom: { ...at(variable, 'valueFrom'), fieldRef: { apiVersion: 'v1', ...field } } };
}

function volume(given: JsonObject): JsonObject {
  const withMode = ['secret', 'configMap', 'projected', 'downwardAPI'].filter((field) => isObject(given[field]));
  return {
    ...given,
    ...Object.fromEntries(withMode.map((field) => [field, filled(given[field], { defaultMode: 420 })])),
  };
}

function deploymentSpec(spec: JsonObject): JsonObject {
  const isRecreate = textAt(spec, 'strategy', 'type') === 'Recreate';
  const rolling = filled(at(spec, 'strategy').rollingUpdate, { maxUnavailable: '25%', maxSurge: '25%' });
  const strategy = isRecreate
    ? at(spec, 'strategy')
    : { type: 'RollingUpdate', ...at(spec, 'strategy'), rollingUpdate: rolling };
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
    strategy,
    template: template(spec),
  };
}

function statefulSetSpec(spec: JsonObject): JsonObject {
  return {
    replicas: 1,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    ...spec,
    template: template(spec),
  };
}

function jobSpec(spec: JsonObject, uid: string, name: string): JsonObject {
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const given = template(spec);
  const metadata = at(given, 'metadata');
  return {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    ...spec,
    template: { ...given, metadata: { ...metadata, labels: { ...at(metadata, 'labels'), ...labels } } },
  };
}

function cronJobSpec(spec: JsonObject): JsonObject {
  const job = at(spec, 'jobTemplate', 'spec');
  return {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    ...spec,
    jobTemplate: {
      ...at(spec, 'jobTemplate'),
      metadata: at(spec, 'jobTemplate', 'metadata'),
      spec: { ...job, template: template(job) },
    },
  };
}

function serviceSpec(spec: JsonObject): JsonObject {
  const ports = listAt(spec, 'ports').map(
    (port): JsonObject => ({ protocol: 'TCP', targetPort: port.port ?? 0, ...port }),
  );
  const type = textAt(spec, 'type') || 'ClusterIP';
  const local = type === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' };
  return { sessionAffinity: 'None', type, ...local, ...spec, ...(ports.length === 0 ? {} : { ports }) };
}

/** `stringData` is for writing only: it becomes `data`. */
function secret(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  const plain = Object.entries(isObject(stringData) ? stringData : {});
  const coded = Object.fromEntries(plain.map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]));
  const data = { ...at(object, 'data'), ...coded };
  return { ...rest, ...(Object.keys(data).length === 0 ? {} : { data }), type: rest.type ?? 'Opaque' } as KubeObject;
}

function nameLabel(object: KubeObject): { metadata: KubeObject['metadata'] } {
  const name = object.metadata.name ?? '';
  return {
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': name } },
  };
}

function policyTypes(spec: JsonObject): readonly string[] {
  return spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
}

function binding(object: KubeObject): KubeObject {
  const group = 'rbac.authorization.k8s.io';
  const subjects = listAt(object, 'subjects').map((subject) =>
    subject.kind === 'ServiceAccount' ? subject : { apiGroup: group, ...subject },
  );
  const roleRef = { apiGroup: group, ...at(object, 'roleRef') };
  return { ...object, roleRef, ...(subjects.length === 0 ? {} : { subjects }) };
}

function definitionSpec(spec: JsonObject): JsonObject {
  const names = at(spec, 'names');
  const kind = textAt(names, 'kind');
  const given = { listKind: `${kind}List`, singular: kind.toLowerCase(), ...names };
  return { conversion: { strategy: 'None' }, ...spec, names: given };
}
