/**
 * The cells of each kind's table, as kubectl prints them; the columns are the API server's own, in data/columns.json.
 *
 * Source: k8s.io/kubernetes pkg/printers/internalversion/printers.go
 */

import { at, type Json, type JsonObject, type KubeObject, listAt, numberAt, textAt, valueAt } from '../object.ts';
import { age, duration } from './duration.ts';
import { podCells } from './pod-cells.ts';

export type Cells = (object: KubeObject, nowMs: number) => readonly Json[];

const none = '<none>';

export const cellsOf: { readonly [resource: string]: Cells } = {
  pods: podCells,
  namespaces: (object, nowMs) => [name(object), textAt(object, 'status', 'phase'), created(object, nowMs)],
  nodes: nodeCells,
  services: serviceCells,
  configmaps: (object, nowMs) => [name(object), size(object.data) + size(object.binaryData), created(object, nowMs)],
  secrets: (object, nowMs) => [name(object), textAt(object, 'type'), size(object.data), created(object, nowMs)],
  serviceaccounts: (object, nowMs) => [name(object), listAt(object, 'secrets').length, created(object, nowMs)],
  events: eventCells,
  endpoints: (object, nowMs) => [name(object), endpointAddresses(object), created(object, nowMs)],
  'endpointslices.discovery.k8s.io': (object, nowMs) => [
    name(object),
    textAt(object, 'addressType'),
    listAt(object, 'ports')
      .map((port) => numberAt(port, 'port'))
      .join(',') || '<unset>',
    listAt(object, 'endpoints')
      .flatMap((each) => each.addresses ?? [])
      .join(',') || '<unset>',
    created(object, nowMs),
  ],
  'deployments.apps': (object, nowMs) => [
    name(object),
    `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`,
    numberAt(object, 'status', 'updatedReplicas'),
    numberAt(object, 'status', 'availableReplicas'),
    created(object, nowMs),
    ...templateCells(object),
    selector(at(object, 'spec', 'selector')),
  ],
  'replicasets.apps': (object, nowMs) => [
    name(object),
    numberAt(object, 'spec', 'replicas'),
    numberAt(object, 'status', 'replicas'),
    numberAt(object, 'status', 'readyReplicas'),
    created(object, nowMs),
    ...templateCells(object),
    selector(at(object, 'spec', 'selector')),
  ],
  'statefulsets.apps': (object, nowMs) => [
    name(object),
    `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`,
    created(object, nowMs),
    ...templateCells(object),
  ],
  'daemonsets.apps': (object, nowMs) => [
    name(object),
    numberAt(object, 'status', 'desiredNumberScheduled'),
    numberAt(object, 'status', 'currentNumberScheduled'),
    numberAt(object, 'status', 'numberReady'),
    numberAt(object, 'status', 'updatedNumberScheduled'),
    numberAt(object, 'status', 'numberAvailable'),
    labels(at(object, 'spec', 'template', 'spec', 'nodeSelector')),
    created(object, nowMs),
    ...templateCells(object),
    selector(at(object, 'spec', 'selector')),
  ],
  'jobs.batch': jobCells,
  'cronjobs.batch': cronJobCells,
  'ingresses.networking.k8s.io': ingressCells,
  'networkpolicies.networking.k8s.io': (object, nowMs) => [
    name(object),
    selector(at(object, 'spec', 'podSelector')),
    created(object, nowMs),
  ],
  'roles.rbac.authorization.k8s.io': (object) => [name(object), textAt(object, 'metadata', 'creationTimestamp')],
  'clusterroles.rbac.authorization.k8s.io': (object) => [name(object), textAt(object, 'metadata', 'creationTimestamp')],
  'rolebindings.rbac.authorization.k8s.io': bindingCells,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingCells,
  'leases.coordination.k8s.io': (object, nowMs) => [
    name(object),
    textAt(object, 'spec', 'holderIdentity'),
    created(object, nowMs),
  ],
  'customresourcedefinitions.apiextensions.k8s.io': (object) => [
    name(object),
    textAt(object, 'metadata', 'creationTimestamp'),
  ],
};

export function name(object: KubeObject): string {
  return object.metadata.name ?? '';
}

export function created(object: KubeObject, nowMs: number): string {
  return age(object.metadata.creationTimestamp, nowMs);
}

function size(value: Json | undefined): number {
  return Object.keys(at({ value: value ?? null }, 'value')).length;
}

function labels(map: JsonObject): string {
  return (
    Object.entries(map)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(',') || none
  );
}

/** A label selector as text; `<none>` for one that selects everything. */
export function selector(given: JsonObject): string {
  const equal = Object.entries(at(given, 'matchLabels'))
    .map(([key, value]) => `${key}=${value}`)
    .sort();
  const sets = listAt(given, 'matchExpressions').map((each) => {
    const [key, operator] = [textAt(each, 'key'), textAt(each, 'operator')];
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${((each.values ?? []) as readonly string[]).join(',')})`;
  });
  return [...equal, ...sets].join(',') || none;
}

function templateCells(object: KubeObject): readonly string[] {
  const containers = listAt(object, 'spec', 'template', 'spec', 'containers');
  return [
    containers.map((each) => textAt(each, 'name')).join(','),
    containers.map((each) => textAt(each, 'image')).join(','),
  ];
}

function nodeCells(node: KubeObject, nowMs: number): readonly Json[] {
  const ready = listAt(node, 'status', 'conditions').find((each) => each.type === 'Ready');
  const states = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (valueAt(node, 'spec', 'unschedulable') === true) states.push('SchedulingDisabled');
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {})
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
  const address = (type: string): string =>
    textAt(
      listAt(node, 'status', 'addresses').find((each) => each.type === type),
      'address',
    ) || none;
  const info = at(node, 'status', 'nodeInfo');
  return [
    name(node),
    states.join(','),
    roles.sort().join(',') || none,
    created(node, nowMs),
    textAt(info, 'kubeletVersion'),
    address('InternalIP'),
    address('ExternalIP'),
    textAt(info, 'osImage') || '<unknown>',
    textAt(info, 'kernelVersion') || '<unknown>',
    textAt(info, 'containerRuntimeVersion') || '<unknown>',
  ];
}

function serviceCells(service: KubeObject, nowMs: number): readonly Json[] {
  const spec = at(service, 'spec');
  const ports = listAt(spec, 'ports').map((port) => {
    const node = numberAt(port, 'nodePort');
    return `${numberAt(port, 'port')}${node === 0 ? '' : `:${node}`}/${textAt(port, 'protocol')}`;
  });
  const type = textAt(spec, 'type');
  const external =
    type === 'ExternalName' ? textAt(spec, 'externalName') : ((spec.externalIPs ?? []) as readonly string[]).join(',');
  const pending = type === 'LoadBalancer' ? '<pending>' : none;
  const address = textAt(spec, 'clusterIP') || none;
  return [
    name(service),
    type,
    address,
    external || pending,
    ports.join(',') || none,
    created(service, nowMs),
    labels(at(spec, 'selector')),
  ];
}

function eventCells(event: KubeObject, nowMs: number): readonly Json[] {
  const first = textAt(event, 'firstTimestamp') || textAt(event, 'eventTime');
  const last = textAt(event, 'lastTimestamp') || first;
  const involved = at(event, 'involvedObject');
  const target = `${textAt(involved, 'kind').toLowerCase()}/${textAt(involved, 'name')}`;
  const [component, host] = [
    textAt(event, 'source', 'component') || textAt(event, 'reportingComponent'),
    textAt(event, 'source', 'host'),
  ];
  return [
    age(last || undefined, nowMs),
    textAt(event, 'type'),
    textAt(event, 'reason'),
    target,
    textAt(involved, 'fieldPath'),
    host === '' ? component : `${component}, ${host}`,
    textAt(event, 'message').trim(),
    age(first || undefined, nowMs),
    numberAt(event, 'count') || 1,
    name(event),
  ];
}

function endpointAddresses(endpoints: KubeObject): string {
  const all = listAt(endpoints, 'subsets').flatMap((subset) =>
    listAt(subset, 'addresses').flatMap((address) =>
      listAt(subset, 'ports').map((port) => `${textAt(address, 'ip')}:${numberAt(port, 'port')}`),
    ),
  );
  if (all.length === 0) return none;
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}

function jobCells(job: KubeObject, nowMs: number): readonly Json[] {
  const condition = (type: string): boolean =>
    listAt(job, 'status', 'conditions').some((each) => each.type === type && each.status === 'True');
  const [start, end] = [textAt(job, 'status', 'startTime'), textAt(job, 'status', 'completionTime')];
  const took = start === '' ? '' : duration((end === '' ? nowMs : Date.parse(end)) - Date.parse(start));
  const state = condition('Complete')
    ? 'Complete'
    : condition('Failed')
      ? 'Failed'
      : valueAt(job, 'spec', 'suspend') === true
        ? 'Suspended'
        : 'Running';
  const completions = `${numberAt(job, 'status', 'succeeded')}/${numberAt(job, 'spec', 'completions')}`;
  return [
    name(job),
    state,
    completions,
    took,
    created(job, nowMs),
    ...templateCells(job),
    selector(at(job, 'spec', 'selector')),
  ];
}

function cronJobCells(cron: KubeObject, nowMs: number): readonly Json[] {
  const containers = listAt(cron, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers');
  const last = textAt(cron, 'status', 'lastScheduleTime');
  return [
    name(cron),
    textAt(cron, 'spec', 'schedule'),
    textAt(cron, 'spec', 'timeZone') || none,
    valueAt(cron, 'spec', 'suspend') === true ? 'True' : 'False',
    listAt(cron, 'status', 'active').length,
    last === '' ? none : age(last, nowMs),
    created(cron, nowMs),
    containers.map((each) => textAt(each, 'name')).join(','),
    containers.map((each) => textAt(each, 'image')).join(','),
    none,
  ];
}

function ingressCells(ingress: KubeObject, nowMs: number): readonly Json[] {
  const hosts = listAt(ingress, 'spec', 'rules').map((rule) => textAt(rule, 'host') || '*');
  const addresses = listAt(ingress, 'status', 'loadBalancer', 'ingress').map(
    (each) => textAt(each, 'ip') || textAt(each, 'hostname'),
  );
  const ports = listAt(ingress, 'spec', 'tls').length > 0 ? '80, 443' : '80';
  const className = textAt(ingress, 'spec', 'ingressClassName') || none;
  return [name(ingress), className, hosts.join(',') || '*', addresses.join(','), ports, created(ingress, nowMs)];
}

function bindingCells(binding: KubeObject, nowMs: number): readonly Json[] {
  const subjects = listAt(binding, 'subjects');
  const of = (kind: string): string =>
    subjects
      .filter((each) => each.kind === kind)
      .map((each) =>
        kind === 'ServiceAccount' ? `${textAt(each, 'namespace')}/${textAt(each, 'name')}` : textAt(each, 'name'),
      )
      .join(', ');
  const role = `${textAt(binding, 'roleRef', 'kind')}/${textAt(binding, 'roleRef', 'name')}`;
  return [name(binding), role, created(binding, nowMs), of('User'), of('Group'), of('ServiceAccount')];
}
