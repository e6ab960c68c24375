import type { JsonObject } from '../../model/operation.ts';
import { anyGlob } from '../glob.ts';
import { isObject, objectsIn } from '../json.ts';
import type { Question } from '../question.ts';
import { NO, type Truth } from '../truth.ts';
import { isKind } from './asked-of.ts';
import type { Guard, GuardContext, GuardExample } from './guard.ts';
import {
  hostNamespaces,
  hostPaths,
  isSet,
  isUnconfined,
  isUnconfinedByAnnotation,
  privileges,
  probedHosts,
} from './pod-dangers.ts';
import { anyOf, bringsIn, writes } from './written.ts';

/** Where each kind that makes pods keeps their spec; OpenShift's own stands with them. Kinds of add-ons are not known here: what their controllers may do is theirs. */
const POD_SPECS: ReadonlyMap<string, readonly string[]> = new Map([
  [' pods', ['spec']],
  [' pods/ephemeralcontainers', ['spec']],
  [' podtemplates', ['template', 'spec']],
  [' replicationcontrollers', ['spec', 'template', 'spec']],
  ['apps deployments', ['spec', 'template', 'spec']],
  ['apps replicasets', ['spec', 'template', 'spec']],
  ['apps statefulsets', ['spec', 'template', 'spec']],
  ['apps daemonsets', ['spec', 'template', 'spec']],
  ['apps.openshift.io deploymentconfigs', ['spec', 'template', 'spec']],
  // A stateful or daemon set goes back to the template in its revision.
  ['apps controllerrevisions', ['data', 'spec', 'template', 'spec']],
  ['batch jobs', ['spec', 'template', 'spec']],
  ['batch cronjobs', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
]);

/** Whether the operation writes a workload whose pod spec, as far as it brings one in, is a danger. */
export function podSpecIs(question: Question, context: GuardContext, isDanger: (spec: JsonObject) => boolean): Truth {
  const path = podSpecPath(question);
  return path === undefined ? NO : writes(question, context, path, isDanger);
}

/** The same of what the operation itself brings in; what is stored there already, and stays, is none. */
export function bringsPodSpec(question: Question, isDanger: (spec: JsonObject) => boolean): Truth {
  const path = podSpecPath(question);
  return path === undefined ? NO : bringsIn(question, path, isDanger);
}

/** As `podSpecIs`, of the metadata that its pods are given. */
export function podMetadataIs(
  question: Question,
  context: GuardContext,
  isDanger: (metadata: JsonObject) => boolean,
): Truth {
  const path = podSpecPath(question);
  return path === undefined ? NO : writes(question, context, [...path.slice(0, -1), 'metadata'], isDanger);
}

/** Undefined where the operation brings no pod. */
function podSpecPath({ operation, unsaid }: Question): readonly string[] | undefined {
  const { apiGroup, resource, subresource, body } = operation;
  if (body === undefined && unsaid === undefined) return undefined;
  return POD_SPECS.get(`${apiGroup} ${resource}${subresource === '' ? '' : `/${subresource}`}`);
}

const PODS = '/api/v1/namespaces/shop/pods';

/** The operations of guards that look into pods. */
export const COVERS =
  'create, update and patch of pods, ephemeral containers, pod templates, replication controllers, deployments, replica sets, stateful sets, daemon sets, controller revisions, jobs, cron jobs and OpenShift’s deployment configs';

/** A create of a pod, as an example. */
export function pod(spec: Readonly<Record<string, unknown>>): GuardExample {
  return { method: 'POST', uri: PODS, body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec } };
}

/** A container that no guard minds. */
export const PLAIN = { name: 'web', image: 'web:1' };

export const privilegedPodsGuard: Guard = {
  id: 'privileged-pods',
  reason: 'a container of it would have the powers of its node',
  advice:
    'leave out what the Baseline level of the Pod Security Standards does not allow; `kubectl debug` does with `--profile=baseline`',
  covers: `${COVERS}: \`privileged\`, \`hostProcess\`, \`procMount\`, \`capabilities.add\`, \`seLinuxOptions\`, and \`Unconfined\` for \`seccompProfile\` or \`appArmorProfile\`, of the pod and of every container; \`sysctls\`; \`host\` of probes and lifecycle hooks; each beyond the Baseline level; resource claims and their templates that ask for \`adminAccess\``,
  stops: pod({ containers: [{ ...PLAIN, securityContext: { privileged: true } }] }),
  passes: pod({
    containers: [
      { ...PLAIN, securityContext: { privileged: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } } },
    ],
  }),
  test: (question, context) =>
    anyOf([
      podSpecIs(
        question,
        context,
        (spec) => privileges(believed(spec, question)).length > 0 || isUnconfined(spec) || probedHosts(spec),
      ),
      asksForAdmin(question, context),
      podMetadataIs(question, context, isUnconfinedByAnnotation),
    ]),
};

/** Security: a debug container runs in the pod that is there, whatever the body says of its user namespace. */
function believed(spec: JsonObject, { operation }: Question): JsonObject {
  return operation.subresource === 'ephemeralcontainers' ? { ...spec, hostUsers: true } : spec;
}

/** Where each kind keeps the devices that are asked for. */
const DEVICE_REQUESTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['resourceclaims', ['spec', 'devices']],
  ['resourceclaimtemplates', ['spec', 'spec', 'devices']],
]);

/** Such a claim is given devices that others use, with what their driver keeps for administrators. Source: `DeviceRequest` of resource.k8s.io */
function asksForAdmin(question: Question, context: GuardContext): Truth {
  const { apiGroup, resource, subresource } = question.operation;
  const path = apiGroup === 'resource.k8s.io' && subresource === '' ? DEVICE_REQUESTS.get(resource) : undefined;
  if (path === undefined) return NO;
  return writes(question, context, path, ({ requests }) =>
    objectsIn(requests).some(
      (request) => request.adminAccess === true || (isObject(request.exactly) && request.exactly.adminAccess === true),
    ),
  );
}

const CRITICAL = ['system-cluster-critical', 'system-node-critical'] as const;

export const criticalPodsGuard: Guard = {
  id: 'critical-pods',
  reason: 'its pods would push those of others off their nodes',
  advice: 'take a priority class of your own',
  covers: `${COVERS}; pod groups, composite pod groups and workloads: the priority classes ${CRITICAL.map((name) => `\`${name}\``).join(' and ')}`,
  stops: pod({ priorityClassName: CRITICAL[1], containers: [PLAIN] }),
  passes: pod({ priorityClassName: 'shop', containers: [PLAIN] }),
  test: (question, context) => anyOf([podSpecIs(question, context, isCritical), schedulesCritical(question, context)]),
};

function isCritical({ priorityClassName }: JsonObject): boolean {
  return CRITICAL.some((name) => name === priorityClassName);
}

/** Groups of pods have a priority of their own, by which they push others out. Source: `PodGroupSpec` and `WorkloadSpec` of scheduling.k8s.io/v1beta1 */
function schedulesCritical(question: Question, context: GuardContext): Truth {
  const { operation } = question;
  if (!isKind(operation, 'scheduling.k8s.io', 'podgroups', 'compositepodgroups', 'workloads')) return NO;
  return writes(question, context, ['spec'], hasCritical);
}

function hasCritical(group: JsonObject): boolean {
  const inner = [group.podGroupTemplates, group.compositePodGroupTemplates].flatMap(objectsIn);
  return isCritical(group) || inner.some(hasCritical);
}

export const hostNamespacesGuard: Guard = {
  id: 'host-namespaces',
  reason: 'its pods would share the network, the processes or the memory of their node',
  advice: 'leave `hostNetwork`, `hostPID` and `hostIPC` out',
  covers: `${COVERS}: \`hostNetwork\`, \`hostPID\`, \`hostIPC\``,
  stops: pod({ hostPID: true, containers: [PLAIN] }),
  passes: pod({ hostPID: false, shareProcessNamespace: true, containers: [PLAIN] }),
  test: (question, context) => podSpecIs(question, context, (spec) => hostNamespaces(spec).length > 0),
};

export const hostPathGuard: Guard = {
  id: 'host-path',
  reason: 'it would mount a path of the node',
  advice: 'use a claim, an `emptyDir` or a ConfigMap in place of `hostPath`',
  covers: `${COVERS}: \`volumes[].hostPath\`; persistent volumes: \`hostPath\`, \`local\``,
  stops: pod({ containers: [PLAIN], volumes: [{ name: 'root', hostPath: { path: '/' } }] }),
  passes: pod({ containers: [PLAIN], volumes: [{ name: 'scratch', emptyDir: {} }] }),
  test: (question, context) =>
    anyOf([podSpecIs(question, context, (spec) => hostPaths(spec).length > 0), isHostVolume(question, context)]),
};

function isHostVolume(question: Question, context: GuardContext): Truth {
  const { apiGroup, resource, subresource } = question.operation;
  if (apiGroup !== '' || resource !== 'persistentvolumes' || subresource !== '') return NO;
  return writes(question, context, ['spec'], (spec) => isSet(spec.hostPath) || isSet(spec.local));
}

export const serviceAccountsGuard: Guard = {
  id: 'service-accounts',
  passesNamed: true,
  reason: 'its pods would run as a service account that no rule names',
  advice: 'run it as `default`, or ask for a rule that names the account under `serviceAccounts`',
  covers: `${COVERS}: \`serviceAccountName\` and \`serviceAccount\`, other than \`default\` and those that a matching rule names`,
  stops: pod({ serviceAccountName: 'cluster-admin', containers: [PLAIN] }),
  passes: pod({ serviceAccountName: 'default', containers: [PLAIN] }),
  test: (question, context) => podSpecIs(question, context, (spec) => runsAsAnother(spec, context.serviceAccounts)),
};

function runsAsAnother(spec: JsonObject, patterns: readonly string[]): boolean {
  const isNamed = anyGlob(patterns);
  return [spec.serviceAccountName, spec.serviceAccount].some(
    (account) => typeof account === 'string' && account !== '' && account !== 'default' && !isNamed(account),
  );
}

export const tokenSecretsTest: Guard['test'] = (question, context) => {
  const { apiGroup, resource } = question.operation;
  if (apiGroup !== '' || resource !== 'secrets') return NO;
  return writes(
    question,
    context,
    [],
    ({ type }) => type === 'kubernetes.io/service-account-token' || type === 'bootstrap.kubernetes.io/token',
  );
};
